// The phone's own camera reads the code from the page's own picture of it; and the other ways in without one.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { film } from "./camera.mjs";
import { ANNA, ORGANISATION } from "./demo.mjs";
import { Phone } from "./phone.mjs";
import { journey } from "./stage.mjs";
import { finish } from "./steps.mjs";

const photograph = (page) => page.tab.getByRole("img", { name: page.say("page-register-code-image") }).screenshot();

journey("the camera reads the code", async (stage) => {
  const page = await stage.page();
  await page.signInToCode(ANNA);
  const folder = mkdtempSync(join(tmpdir(), "styrk-camera-"));
  try {
    const file = join(folder, "camera.y4m");
    film(await photograph(page), file);
    const visitor = await stage.visitorWithCamera(file);
    const phone = new Phone(await visitor.context.newPage(), stage, visitor);
    await phone.open();
    await phone.look("accounts-none");
    await phone.addAccount();
    await phone.says("phone-add-work-account");
    await phone.says("phone-add-scan-why");
    await phone.look("add");
    await phone.press("phone-add-scan");
    await phone.heading("phone-confirm-title", { organisation: ORGANISATION });
    await finish(page, phone, await phone.confirm());
  } finally {
    rmSync(folder, { recursive: true });
  }
});

journey("a camera that may not be used leads to a picture of the code", async (stage) => {
  const [page, phone] = [await stage.page(), await stage.phone()];
  await page.signInToCode(ANNA);
  await phone.addAccount();
  await phone.press("phone-add-scan");
  await phone.says("phone-add-camera-refused");
  await phone.look("camera-refused");
  await phone.choosePicture({ name: "wall.png", mimeType: "image/png", buffer: await page.tab.locator("h1").screenshot() });
  await phone.says("phone-error-no-code");
  await phone.choosePicture({ name: "code.png", mimeType: "image/png", buffer: await photograph(page) });
  await phone.heading("phone-confirm-title", { organisation: ORGANISATION });
  await finish(page, phone, await phone.confirm());
});
