// What many tests begin with.

import { ORGANISATION, PIXEL } from "./demo.mjs";
import { MOMENT } from "./page.mjs";

/** Registers `phone` for `user`, to the end; the page stands at MyApps. */
export async function enrol(page, phone, user, device = PIXEL) {
  const link = await page.signInToCode(user);
  await finish(page, phone, await phone.claim(link), device);
  await page.follow("page-continue");
  await page.heading("page-apps-title");
}

/** From the characters on the phone to the last page of the registration. */
export async function finish(page, phone, characters, device = PIXEL) {
  await page.heading("page-register-characters-title");
  await page.typeCharacters(characters);
  await page.heading("page-register-test-title");
  const number = await page.number();
  await phone.heading("phone-test-title");
  await phone.approve(number);
  await phone.heading("phone-approved-title");
  await phone.says("phone-approved-test-text", { organisation: ORGANISATION });
  await page.heading("page-register-done-title", { device }, MOMENT);
  await phone.done();
}

/** A user with a phone, signed out; the page stands at the sign-in. */
export async function registered(stage, user) {
  const [page, phone] = [await stage.page(), await stage.phone()];
  await enrol(page, phone, user);
  await page.signOut();
  return { page, phone };
}

/** Looks at both ends at once. */
export const lookAtBoth = (page, phone, name, more) => Promise.all([page.look(name, more), phone.look(name, more)]);
