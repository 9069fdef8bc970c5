### Every sentence that a person reads, in English. The same keys and parameters stand in sv.ftl;
### the build stops when they do not. One line a message: placeables, and at most one plural.

## Shared by pages and phone

common-list = { $first } and { $last }
common-today = today { $time }
common-yesterday = yesterday { $time }

## Frame of every page

page-skip = Skip to the content
page-other-language = Svenska
page-signed-in-as = User: { $user }
page-support = IT support: { $support }
page-request = Reference { $id }
page-code = Error code { $code } · { $reference }
page-continue = Continue
page-cancel = Cancel
page-try-again = Try again
page-home = Go to the start page
page-reconnecting = No contact with the service right now. Reconnecting …
page-reconnected = The contact is back.
page-time-left = Time left
page-no-script = When you are done on the phone, choose "Continue" here.

## Sign in

page-sign-in-title = Sign in
page-sign-in-to = to { $application }
page-sign-in-login = E-mail address or user name
page-sign-in-password = Password
page-sign-in-button = Sign in
page-sign-in-wrong = What you typed is not right, so you are not signed in. Check both the password and the e-mail address or user name, and try again. If it still does not work, contact IT support.
page-sign-in-throttled = { $minutes ->
        [one] There have been too many attempts, so signing in is paused. Wait one minute, then try again.
       *[other] There have been too many attempts, so signing in is paused. Wait { $minutes } minutes, then try again.
    }
page-sign-in-signed-out = You are signed out.
page-sign-in-session-ended = Your sign-in has run out. Sign in again to continue.

## The number

page-number-title = Approve the sign-in on your phone
page-number-lead = Open the app and enter the number
page-number-security-title = Confirm on your phone that it is you
page-number-security-lead = You are about to open your security information. Open the app and enter the number
page-number-add-title = Approve the new phone
page-number-add-lead = Open the app on the phone that you already use and enter the number
page-number-trust-title = Approve this browser with your phone
page-number-trust-lead = After that we will not ask every time in this browser. Open the app and enter the number
page-number-label = Number
page-number-sent = The request was sent to { $device }.
page-number-hint = No notification? Open the app and pull down.

## More than the password

page-confirm-title = Confirm that it is you
page-confirm-lead = The password is not enough here, not even in the organisation's network. This protects you if somebody else knows your password.
page-confirm-ask = Confirm on the phone

## Ways a sign-in ends

page-ended-outside = You are not signed in.
page-ended-inside = The page was not opened. What you had opened before is still there.
page-ended-denied-title = The sign-in was denied
page-ended-denied-text = The sign-in was denied on the phone.
page-ended-denied-next = Try again if you wanted to sign in. Was it not you who answered on the phone? Contact IT support.
page-ended-reported-title = The sign-in was stopped
page-ended-reported-text = Somebody answered "No, it's not me" on the phone. IT support can see what happened.
page-ended-reported-next = Did you press the wrong button? Try again, or contact IT support if the phone gets no new request.
page-ended-wrong-number-title = Wrong number
page-ended-wrong-number-text = A wrong number was entered on the phone, so this sign-in was stopped. Try again.
page-ended-wrong-number-next = Every sign-in has its own number, which can be entered only once. Was it not you who entered it? Contact IT support.
page-ended-expired-title = The time ran out
page-ended-expired-text = Nobody answered in time.
page-ended-expired-next = Have your phone ready and try again. No notification? Open the app and pull down.
page-ended-cancelled-title = The sign-in was cancelled
page-ended-cancelled-text = You cancelled the sign-in.
page-ended-cancelled-next = Try again when you want to sign in.
page-ended-superseded-title = A newer sign-in took over
page-ended-superseded-text = This sign-in was replaced by a newer one in another tab. The number shown here is no longer valid.
page-ended-superseded-next = Continue in the other tab. If you cannot find it, sign in here instead.
page-ended-superseded-here = Sign in here instead
page-ended-failed-title = The sign-in could not be completed
page-ended-failed-text = The phone answered, but the answer could not be confirmed.
page-ended-failed-next = Try again. If it happens once more, update the app or contact IT support.
page-ended-locked-title = The app is blocked for sign-in
page-ended-locked-text = A wrong number has been entered too many times. The app cannot be used to sign in until IT support has unlocked it.
page-ended-locked-next = Sign in another way, or contact IT support to unlock the app.

## Another way

page-other-way = Sign in another way
page-other-way-lead = This is how you can show that it is you.
page-other-way-app = Approve in the app
page-other-way-app-text = A new number is shown here, and you enter it in the app on { $device }.
page-other-way-pass = Use a temporary pass
page-other-way-pass-text = IT support can give you one. It works once.
page-other-way-none-title = Does none of this work?
page-other-way-none = Have you lost your phone or got a new one? Contact IT support: they help you to sign in and block the old phone.
page-other-way-back = Back
page-pass-title = Temporary pass
page-pass-lead = Type the temporary pass that IT support has given you. It works once.
page-pass-label = Temporary pass
page-pass-mistyped = A character is missing or wrong. A temporary pass has 14 characters. Check them and try again.
page-pass-wrong = The pass is not right, or is no longer valid. You are not signed in. Check the characters and try again, or ask IT support for a new pass.
page-pass-none = No temporary pass? IT support makes sure that it is you and gives you one: { $support }
page-not-allowed-title = More than your password is needed
page-not-allowed-lead = No phone has been added, because the password alone is not enough for that. It protects you if somebody else has got hold of your password. Do one of these:
page-not-allowed-phone = Use a phone that is already registered
page-not-allowed-phone-text = Sign in with it first; then it can approve the new phone.
page-not-allowed-network = Use the network at { $organisation }
page-not-allowed-network-text = Register on a computer in the organisation's network.
page-not-allowed-support = Contact IT support
page-not-allowed-support-text = They make sure that it is you and give you a temporary pass: { $support }
page-not-allowed-pass = I have a temporary pass

## Registration of a phone

page-register-intro-title = Register your phone
page-register-required = To continue, you need to show with your phone that it is you. You do this once, and it takes about two minutes.
page-register-intro-lead = Add a phone to approve sign-ins with. It takes about two minutes.
page-register-why = A password can be stolen. But without your phone, nobody else can sign in as you.
page-register-intro-install = Install the app Styrk
page-register-intro-install-text = It is in the App Store and Google Play. On a work phone it is usually there already.
page-register-intro-scan = Scan a code
page-register-intro-scan-text = The code is shown here on the next page.
page-register-intro-test = Try to approve
page-register-intro-test-text = Then the phone is ready to use.
page-register-intro-start = I have the app, continue
page-register-step = Step { $step } of 3
page-register-code-title = Scan the code with the app
page-register-code-image = QR code to scan with the app Styrk
page-register-code-open = Open Styrk on the phone
page-register-code-add = Choose "Add account", then "Work or school account"
page-register-code-scan = Point the camera at the code
page-register-code-here = Open the app on this phone
page-register-code-no-camera = Can't you scan?
page-register-code-type = You can type the code instead. Choose "Add account" in the app, then "Type the code". Type what it says here, and do not show it to anybody else.
page-register-code-type-login = E-mail address or user name
page-register-code-type-code = Code
page-register-code-type-server = The server's address, if the app asks for it
page-register-code-link = Or copy the link to the phone. Then choose "Paste the link" in the app. Do not show it to anybody else.
page-register-code-link-label = Link for the app
page-register-code-time = { $minutes ->
        [one] The code is valid for about one more minute.
       *[other] The code is valid for about { $minutes } more minutes.
    }
page-register-code-new = Get a new code
page-register-characters-title = Which characters does the phone show?
page-register-characters-lead = The code was used by this phone: { $device }. Type the four characters that it shows, so that we know that it is yours.
page-register-characters-label = Four characters
page-register-characters-wrong = { $tries ->
        [one] The characters are not right, so the phone has not been added yet. Read them on the phone and type again. You have one try left.
       *[other] The characters are not right, so the phone has not been added yet. Read them on the phone and type again. You have { $tries } tries left.
    }
page-register-characters-none = My phone shows no characters
page-register-characters-none-text = Then somebody else's phone may have used the code. That phone has not been added. Do not type anything here: start again with a new code that only you can see.
page-register-start-again = Start again with a new code
page-register-test-title = Try to approve
page-register-test-lead = Open the app on { $device } and enter the number
page-register-test-why = You can use the phone only when the test is done.
page-register-done-title = Done! { $device } is registered
page-register-done-text = From now on, the app asks when you sign in. Only approve if you have just signed in yourself.
page-register-done-number-title = Add your mobile number
page-register-done-number = We have no mobile number for you. Without one it is harder to show that it is you if the phone is lost or broken. Ask IT support to add it now: { $support }
page-register-ended-expired-title = The code is no longer valid
page-register-ended-expired-text = The time ran out before the phone was ready. No phone has been added. Get a new code and try again.
page-register-ended-second-title = Two phones tried to use the code
page-register-ended-second-text = We have stopped the registration. No phone has been added. Somebody else may have seen your code or got your link.
page-register-ended-second-next = Was it not you who used the code twice? Contact IT support before you go on. Otherwise, start again where only you can see the screen.
page-register-ended-characters-title = The characters were not right
page-register-ended-characters-text = Wrong characters were typed too many times, so the registration was stopped. No phone has been added. Start again, and type the characters from the phone in your hand.
page-register-ended-test-denied-title = The test was denied on the phone
page-register-ended-test-denied-text = Somebody answered no on the phone, so it has not been added. Start again if you want to register it. Was it not you who answered? Contact IT support.
page-register-ended-test-number-title = A wrong number was entered on the phone
page-register-ended-test-number-text = The test was stopped and the phone has not been added. Start again, and enter the number shown here on the page.
page-register-ended-test-expired-title = Nobody answered in time
page-register-ended-test-expired-text = The test was not finished in time, so the phone has not been added. Have the phone ready and start again. No notification? Open the app and pull down.
page-register-ended-cancelled-title = The registration was cancelled
page-register-ended-cancelled-text = No phone has been added. Start again when you want.

## MyApps

page-apps-title = My apps
page-apps-empty = There are no apps here yet. IT support can tell you which ones you should have.
page-apps-security = My security information
page-sign-out = Sign out

## My security information

page-security-title = My security information
page-security-lead = This is how you show that it is you.
page-security-devices = Phones
page-security-devices-none = No phone is registered. Add one, so that you can sign in outside the organisation's network too.
page-security-device-added = Added { $date }
page-security-device-used = Last used { $moment }
page-security-device-unused = Not used yet
page-security-device-reached = Last reached { $moment }
page-security-device-reached-by = Last reached { $moment } by { $provider }
page-security-device-lost = This phone cannot be reached. Open the app on it, and the notifications come back.
page-security-device-this = Approved this sign-in
page-security-remove = Remove
page-security-remove-device = Remove { $device }
page-security-add = Add a phone
page-security-removed = { $device } has been removed and can no longer approve sign-ins.
page-security-added = { $device } has been added and can now approve sign-ins.
page-security-activity = Recent activity
page-security-activity-none = Nothing has happened yet.
page-security-activity-advice = Is there something you do not recognise? Contact IT support: { $support }
page-from = { $browser } on { $system }
page-activity-signed-in = You signed in to { $application }
page-activity-signed-in-trusted = You signed in to { $application } from the organisation's network
page-activity-denied = A sign-in to { $application } was denied on the phone
page-activity-reported = You answered that it was not you who signed in to { $application }
page-activity-wrong-number = A wrong number was entered, so a sign-in to { $application } was stopped
page-activity-expired = Nobody answered a sign-in to { $application }
page-activity-cancelled = A sign-in to { $application } was cancelled
page-activity-wrong-password = A wrong password was entered
page-activity-security-opened = Your security information was opened
page-activity-device-added = { $device } was added
page-activity-device-removed = { $device } was removed
page-activity-device-blocked = IT support blocked { $device }
page-activity-registration-stopped = The registration of a phone was stopped
page-activity-pass-created = IT support made a temporary pass for you
page-activity-pass-used = You used a temporary pass
page-activity-pass-wrong = A wrong temporary pass was typed
page-activity-pass-ended = A temporary pass ended without having been used
page-remove-title = Do you want to remove { $device }?
page-remove-text = The phone can no longer approve sign-ins for you. You can add it again later.
page-remove-last-text = This is your only phone. If you remove it, you cannot sign in outside the organisation's network until you have registered a new one. It is better to add the new phone first.
page-remove-again-title = Are you quite sure?
page-remove-again-text = After this you have no way to show that it is you. Only IT support can help you in again.
page-remove-yes = Remove the phone
page-remove-again-yes = Yes, remove my only phone
page-remove-no = Keep the phone

## The link without the app

page-link-title = Open this link in the app Styrk
page-link-text = The link adds your phone, but it was opened in the browser. Nothing has been added.
page-link-install = Install the app Styrk from the App Store or Google Play, if you do not have it already.
page-link-again = Go back to the page where you got the link, and open it again.
page-link-paste = Does the browser still open? Copy the link and choose "Paste the link" in the app.
page-link-advice = Only open links that you have fetched yourself. If somebody sent you this link, contact IT support: { $support }

## Problems

page-problem-not-found-title = The page does not exist
page-problem-not-found-text = The address may be misspelt, or the page has been removed. Go to the start page and begin there.
page-problem-method-title = The page cannot be opened like that
page-problem-method-text = This can happen when a page is reloaded in the wrong place. Nothing has been changed. Go to the start page and begin there.
page-problem-too-large-title = Too much was sent at once
page-problem-too-large-text = The service did not accept what you sent. Nothing has been changed. Go back, write less and try again.
page-plain-http = This address only works with https:// at the beginning. Type it like that and try again.
page-problem-too-slow-title = What you sent did not get through
page-problem-too-slow-text = The connection was too slow, or it broke off. Nothing has been changed. Go back and try again, on another network if you can.
page-problem-too-many-title = Wait a moment
page-problem-too-many-text = { $minutes ->
        [one] There have been too many attempts in a short time. This pause protects your account. Wait one minute, then try again.
       *[other] There have been too many attempts in a short time. This pause protects your account. Wait { $minutes } minutes, then try again.
    }
page-problem-internal-title = Something went wrong on our side
page-problem-internal-text = It is not your fault. We do not know whether what you did was saved. Try again in a while, and contact IT support if it still fails.
page-problem-unavailable-title = The service is not available right now
page-problem-unavailable-text = It may be restarting. Wait a minute and try again. Contact IT support if it still fails.
page-problem-cross-site-title = We stopped what was sent
page-problem-cross-site-text = It came from another website, and that can be an attempt to trick you. Nothing has been changed. Go to the start page and do it again from there.
page-problem-form-expired-title = The page was open for too long
page-problem-form-expired-text = What you sent was not accepted, so nothing has been changed. Load the page again and try once more.
page-problem-other-registration-title = You have begun a newer registration
page-problem-other-registration-text = What you typed belonged to an older page, so nothing has been changed. Continue with the newer registration.

## Phone: accounts and settings

phone-accounts-title = Accounts
phone-accounts-empty = There is no account here yet. Begin on the page where you register, then choose "Add account" here.
phone-accounts-pull = Pull down to see whether a request is waiting
phone-no-requests = Nothing is waiting for an answer
phone-checking = Looking for requests …
phone-account-title = Account
phone-account-enrolled = Added { $date }
phone-account-remove = Remove the account from this phone
phone-remove-title = Do you want to remove the account?
phone-remove-text = After that you cannot approve sign-ins at { $organisation } with this phone. You can add the account again later.
phone-remove-yes = Remove
phone-remove-offline = The account is removed from this phone, but the organisation could not be reached. The phone may still be registered there. Remove it on the page "My security information" too, or contact IT support.
phone-account-unfinished-title = Not ready yet
phone-account-unfinished-text = This phone cannot approve sign-ins at { $organisation } yet. Continue on the page where you register. If the page asks for characters that this phone no longer shows, remove the account here and get a new code on the page.
phone-account-ended-title = The account no longer works here
phone-account-ended-text = { $organisation } has removed or blocked this phone, so it cannot approve sign-ins. Register the phone again, or contact IT support if you do not know why.
phone-settings = Settings
phone-settings-title = Settings
phone-settings-language = Language
phone-settings-language-phone = Same as the phone
phone-settings-about = Styrk, version { $version }
phone-working = One moment …
phone-retry = Try again
phone-done = Done
phone-back = Back
phone-cancel = Cancel
phone-offline-title = No connection
phone-offline-text = The phone cannot reach the organisation, so requests cannot be shown or answered. Check that you are online and try again.
phone-lock-push = New sign-in request

## Phone: adding an account

phone-add-account = Add account
phone-add-title = Add account
phone-add-work-account = Work or school account
phone-add-scan = Scan the code
phone-add-scan-why = The camera is used only to read the code on the page where you register. No picture is kept.
phone-add-picture = Choose a picture of the code
phone-add-continue = Continue
phone-add-link = Paste the link
phone-add-type = Type the code
phone-type-login = E-mail address or user name
phone-type-code = Code, ten characters
phone-type-server-label = The server's address
phone-type-where = All of it is on the page where you register, under "Can't you scan?".
phone-type-no-login = Type the whole e-mail address, or the user name with its @, as it is shown on the page.
phone-type-length = The code has ten characters. Check what you have typed.
phone-type-mistyped = Check the code: something was mistyped.
phone-type-unknown = The code does not belong to this e-mail address or user name, or is no longer valid. Nothing has been added. Compare both with the page, or get a new code there.
phone-type-too-many = There have been too many attempts from this network, so nothing has been added. Wait a minute and try again.
phone-type-finding = Looking for the server …
phone-type-server = The app did not find the server. Type the server's address too: it is on the page.
phone-type-server-offline = The server could not be found right now. Check that you are online and try again, or type the server's address, which is on the page.
phone-type-server-wrong = The server's address looks wrong. Type it exactly as it is shown on the page.
phone-add-camera-refused = The app may not use the camera, so the code cannot be scanned. Type the code, paste the link or choose a picture of the code instead. You can allow the camera in the phone's settings.
phone-confirm-title = Add { $organisation }
phone-confirm-question = Add { $user }, { $organisation }, { $host }?
phone-confirm-yes = Add
phone-characters-title = Type these characters on the page where you register
phone-characters-why = Then { $organisation } knows that it is your phone, and nobody else's, that is added.
phone-test-title = Try to approve

## Phone: a request

phone-approve-title = Are you trying to sign in?
phone-approve-sender = Request from { $organisation }
phone-approve-input = Enter the number shown where you sign in
phone-approve-advice = Only approve if you have just signed in yourself.
phone-approve-yes = Yes, it's me
phone-approve-no = No, it's not me
phone-approve-cancel = Cancel this sign-in
phone-approve-time-left = { $seconds ->
        [one] One second left
       *[other] { $seconds } seconds left
    }
phone-approve-many = { $count ->
        [one] You have one request waiting
       *[other] You have { $count } requests waiting
    }
phone-approve-renamed = { $before } is now called { $now }.
phone-fact-to = To
phone-fact-from = From
phone-fact-place = Place
phone-fact-address = Address
phone-fact-time = Time
phone-fact-purpose = For
phone-fact-message = Message from the application
phone-fact-account = Account
phone-fact-browser = Browser
phone-fact-recognised = You have used it before
phone-fact-unknown-browser = You have not used it before
phone-from = { $browser } on { $system }
phone-from-unknown = Unknown browser
phone-purpose-sign-in = Sign in
phone-purpose-trust-browser-days = { $days ->
        [one] Don't ask again in that browser for { $days } day
       *[other] Don't ask again in that browser for { $days } days
    }
phone-purpose-open-security = Open your security information
phone-purpose-add-device = Add the phone { $device }
phone-purpose-enable-phone-sign-in = Enable phone sign-in
phone-purpose-reset-password = Reset your password
phone-purpose-confirm-test = Test this phone

## Phone: how a request ended

phone-approved-title = Approved
phone-approved-text = You are signed in to { $application } with { $browser } on { $system }.
phone-approved-test-text = The phone is ready to use at { $organisation }.
phone-approved-unknown-browser-text = You are signed in to { $application }.
phone-approved-other-text = It is approved. Go on where you started.
phone-reported-title = Thank you, the sign-in is stopped
phone-reported-text = Nobody was signed in. { $organisation } can see what happened. Somebody may have your password, so change it now.
phone-cancelled-title = Cancelled
phone-cancelled-text = Nothing was approved. Start again on the page if you want to try again.
phone-wrong-number-title = Wrong number
phone-wrong-number-text = The number was not right, and it can be entered only once. Nothing was approved. Start again on the page, and enter the new number shown there.
phone-expired-title = The time ran out
phone-expired-text = Nobody answered in time, so nothing was approved. Start again on the page.
phone-unheard-title = Your answer may not have arrived
phone-unheard-text = The time ran out, and the phone does not know whether your answer arrived. Look at the page where you started. If you cannot go on there, try again.
phone-unheard-report-text = The time ran out, and the phone does not know whether the organisation was told that it was not you. Somebody may have your password, so change it now, and contact IT support.
phone-superseded-title = A newer request has come
phone-superseded-text = This request is no longer valid, because a newer one has replaced it. Answer the new one instead.
phone-ended-elsewhere-title = Already answered
phone-ended-elsewhere-text = The request has already been answered, so there is nothing to do here. Was it not you? Contact IT support.
phone-ended-failed-title = It could not be completed
phone-ended-failed-text = The answer could not be confirmed, so nothing was approved. Start again on the page. If it happens once more, contact IT support.

## Phone: what can go wrong

phone-error-title = That did not work
phone-error-no-code = There is no code here, so nothing has been added. Choose a sharp picture of the code on the page where you register, paste the link or type the code.
phone-error-key-locked = You have tried too many times, so nothing has been sent. Wait a while, unlock the phone with your passcode and try again.
phone-error-key-use = The phone's secure key could not be used, so nothing has been sent. Try again. If it still fails, remove the account and add it again, or contact IT support.
phone-error-key-gone = The phone's secure key no longer works, so nothing has been sent. This can happen when the screen lock, a fingerprint or face recognition is changed. Remove the account and add it again on the page where you register. If you cannot, contact IT support.
phone-error-no-screen-lock = The phone has no screen lock, so the app cannot use a secure key. Turn on a screen lock in the phone's settings and try again.
phone-error-stranger = Something else on the network answered instead of the organisation, so the phone did not get through. You may have to sign in to the network first: open a web page and see. Then try again.
phone-error-state = The app's saved accounts could not be read. Add the account again on the page where you register, or contact IT support.
phone-error-state-newer = The accounts on this phone were saved by a newer version of the app, so they cannot be shown. Nothing has been changed. Update the app and open it again.
phone-error-not-a-code = This is not a code for adding an account: { $text }. Nothing has been added. Scan the code on the page where you register.
phone-error-web-address = The code leads to an ordinary web page, so nothing has been added. Scan the code on the page where you register.
phone-error-other-app-code = The code belongs to another app, so nothing has been added. Get a code for Styrk on the page where you register.
phone-error-http = The link is not secure, so nothing has been added. Get a new code on the page where you register. If it happens again, contact IT support.
phone-error-version = The code is made for a newer version of the app, so nothing has been added. Update the app, then scan or type the code again.
phone-error-host = The address in the code looks wrong, so nothing has been added. Get a new code on the page where you register. If it happens again, contact IT support.
phone-error-code-expired = The code is no longer valid, so nothing has been added. Get a new code on the page.
phone-error-code-used = Stop! Another phone has already used this code. This phone has not been added. Was it you? Get a new code on the page. Was it not you? Type no characters on the page, and contact IT support now.
phone-error-identity = The server could not prove that it is the right one, so nothing has been added. Start again on the page where you register and get a new code. If it happens again, the server may be a fake: do not go on, but contact IT support.
phone-error-name-taken = { $organisation } has sent a request in another organisation's name, so it is not shown. Nothing has been approved. Do not go on, and contact IT support.
phone-error-unproven = A request that seemed to come from { $organisation } could not be trusted: the server could not prove that it is genuine. The request was not shown, and nothing has been approved here. Contact IT support, and tell them what it says here.
phone-error-clock = The phone's clock is wrong, so the organisation did not accept what was sent. Turn on automatic time in the phone's settings and try again.
phone-error-update = The app is too old for this, so nothing has been sent. Update the app and try again.
phone-error-app-too-old = The organisation requires a newer version of the app, so requests cannot be shown. Update the app and try again. If you cannot, contact IT support.
phone-error-server = Something went wrong at the organisation, so it could not be completed. Try again in a while. If it still fails, contact IT support.
phone-error-key = The phone could not make a secure key, so nothing has been added. Check that the phone has a screen lock and try again.
phone-error-key-cancelled = You did not confirm with the screen lock, so nothing has been sent. Try again and confirm with fingerprint, face or passcode.
phone-error-already-added = The account is already on this phone, so nothing has been changed. To add it again, remove the old one first.
phone-error-small = Error code for IT support: { $code }

## Device management: what an administrator reads about each setting of the app

managed-server-url-title = The server's address
managed-server-url-text = Address of the organisation's server, beginning with https://. Then the user does not have to type it.
managed-user-hint-title = User
managed-user-hint-text = E-mail address, or user name with its @, of the person who will use the phone. The app fills it in beforehand, but it does not prove who has the phone.
managed-enrolment-token-title = Code for adding an account
managed-enrolment-token-text = A code made for one particular phone, which works only once. Leave the field empty if the system cannot give each phone a code of its own.
managed-require-biometric-title = Require fingerprint or face recognition to be set up
managed-require-biometric-text = An account can only be added on a phone where fingerprint or face recognition is set up. To require it at every approval too, turn off "Allow the screen lock's passcode".
managed-allow-device-credential-title = Allow the screen lock's passcode
managed-allow-device-credential-text = The user may approve with the screen lock's passcode (PIN, pattern or password) instead of fingerprint or face. If this is off, a phone that has neither fingerprint nor face recognition cannot approve, and if these change, the account must be added again.
managed-allow-totp-title = Allow one-time codes in the app
managed-allow-totp-text = The app may also show one-time codes, which change every thirty seconds, for systems that cannot send a request to the phone.
managed-allow-screenshots-title = Allow screenshots
managed-allow-screenshots-text = The user may take screenshots of the app and record the screen while it is shown. If this is off, the pictures are stopped or come out empty, on phones where that is possible.
managed-pinned-spki-title = Public keys in the server's certificate
managed-pinned-spki-text = SHA-256 of each public key (SPKI) that the server's certificate may have, in Base64. Give at least two, so that one can be replaced. On Android, write them in the same field with commas between. If none of them matches, the app cannot reach the server. If the field is empty, any certificate that the app trusts is accepted.
managed-push-transport-title = How the phone learns that a request is waiting
managed-push-transport-text = "Automatic" uses the notifications of Apple or Google, which contain nothing about the request. "UnifiedPush" sends notifications through a server that the organisation can run itself; on iPhone, Apple's are used all the same. With "The app's own connection only", no notification service is used; on iPhone, requests are then seen only while the app is open.
managed-push-transport-automatic = Automatic
managed-push-transport-unified-push = UnifiedPush (Android only)
managed-push-transport-socket = The app's own connection only
managed-support-url-title = IT support's web page
managed-support-url-text = Address of a web page, beginning with https://. The app links to it when it asks the user to contact IT support.
