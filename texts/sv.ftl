### Every sentence that a person reads, in Swedish. The same keys and parameters stand in en.ftl;
### the build stops when they do not. One line a message: placeables, and at most one plural.

## Shared by pages and phone

common-list = { $first } och { $last }
common-today = i dag { $time }
common-yesterday = i går { $time }

## Frame of every page

page-skip = Hoppa till innehållet
page-other-language = English
page-signed-in-as = Användare: { $user }
page-support = IT-support: { $support }
page-request = Referens { $id }
page-code = Felkod { $code } · { $reference }
page-continue = Fortsätt
page-cancel = Avbryt
page-try-again = Försök igen
page-home = Till startsidan
page-reconnecting = Ingen kontakt med tjänsten just nu. Återansluter …
page-reconnected = Kontakten är tillbaka.
page-time-left = Tid kvar
page-no-script = När du är klar i telefonen: välj ”Fortsätt” här.

## Sign in

page-sign-in-title = Logga in
page-sign-in-to = i { $application }
page-sign-in-login = E-postadress eller användarnamn
page-sign-in-password = Lösenord
page-sign-in-button = Logga in
page-sign-in-wrong = Det du skrev stämmer inte, så du är inte inloggad. Kontrollera både lösenordet och e-postadressen eller användarnamnet, och försök igen. Går det ändå inte, kontakta IT-support.
page-sign-in-throttled = { $minutes ->
        [one] Det har gjorts för många försök, så inloggningen är pausad. Vänta en minut och försök sedan igen.
       *[other] Det har gjorts för många försök, så inloggningen är pausad. Vänta { $minutes } minuter och försök sedan igen.
    }
page-sign-in-signed-out = Du är utloggad.
page-sign-in-session-ended = Din inloggning har gått ut. Logga in igen för att fortsätta.

## The number

page-number-title = Godkänn inloggningen i din telefon
page-number-lead = Öppna appen och ange numret
page-number-security-title = Bekräfta i telefonen att det är du
page-number-security-lead = Du är på väg att öppna din säkerhetsinformation. Öppna appen och ange numret
page-number-add-title = Godkänn den nya telefonen
page-number-add-lead = Öppna appen på telefonen som du redan använder och ange numret
page-number-trust-title = Godkänn den här webbläsaren med din telefon
page-number-trust-lead = Sedan frågar vi inte varje gång i den här webbläsaren. Öppna appen och ange numret
page-number-label = Nummer
page-number-sent = Begäran har skickats till { $device }.
page-number-hint = Ingen avisering? Öppna appen och dra nedåt.

## More than the password

page-confirm-title = Bekräfta att det är du
page-confirm-lead = Här räcker det inte med lösenordet, inte ens i organisationens nätverk. Det skyddar dig om någon annan har fått tag i ditt lösenord.
page-confirm-ask = Bekräfta i telefonen

## Ways a sign-in ends

page-ended-outside = Du är inte inloggad.
page-ended-inside = Sidan öppnades inte. Det som du redan har öppnat kan du använda som förut.
page-ended-denied-title = Inloggningen nekades
page-ended-denied-text = Inloggningen nekades i telefonen.
page-ended-denied-next = Försök igen om du ville logga in. Var det inte du som svarade i telefonen? Kontakta IT-support.
page-ended-reported-title = Inloggningen stoppades
page-ended-reported-text = Någon svarade ”Nej, det är inte jag” i telefonen. IT-support kan se vad som hände.
page-ended-reported-next = Tryckte du fel? Försök igen, eller kontakta IT-support om telefonen inte får någon ny begäran.
page-ended-wrong-number-title = Fel nummer
page-ended-wrong-number-text = Fel nummer angavs i telefonen, så inloggningen avbröts. Försök igen.
page-ended-wrong-number-next = Varje inloggning har ett eget nummer som bara kan anges en gång. Var det inte du som angav numret? Kontakta IT-support.
page-ended-expired-title = Tiden gick ut
page-ended-expired-text = Ingen svarade i tid.
page-ended-expired-next = Ha telefonen till hands och försök igen. Kommer ingen avisering? Öppna appen och dra nedåt.
page-ended-cancelled-title = Inloggningen avbröts
page-ended-cancelled-text = Du avbröt inloggningen.
page-ended-cancelled-next = Försök igen när du vill logga in.
page-ended-superseded-title = En nyare inloggning tog över
page-ended-superseded-text = Den här inloggningen ersattes av en nyare i en annan flik. Numret som visades här gäller inte längre.
page-ended-superseded-next = Fortsätt i den andra fliken. Hittar du den inte, logga in här i stället.
page-ended-superseded-here = Logga in här i stället
page-ended-failed-title = Inloggningen gick inte att slutföra
page-ended-failed-text = Telefonen svarade, men svaret gick inte att bekräfta.
page-ended-failed-next = Försök igen. Händer det en gång till, uppdatera appen eller kontakta IT-support.
page-ended-locked-title = Appen är spärrad för inloggning
page-ended-locked-text = Fel nummer har angetts för många gånger. Därför går det inte att logga in med appen förrän IT-support har låst upp den.
page-ended-locked-next = Logga in på annat sätt, eller kontakta IT-support för att låsa upp appen.

## Another way

page-other-way = Logga in på annat sätt
page-other-way-lead = Så här kan du visa att det är du.
page-other-way-app = Godkänn i appen
page-other-way-app-text = Ett nytt nummer visas här, och du anger det i appen på { $device }.
page-other-way-pass = Använd ett tillfälligt pass
page-other-way-pass-text = Du kan få ett av IT-support. Det fungerar en gång.
page-other-way-none-title = Fungerar inget av det här?
page-other-way-none = Har du tappat bort telefonen eller fått en ny? Kontakta IT-support, så hjälper de dig att logga in och spärrar den gamla telefonen.
page-other-way-back = Tillbaka
page-pass-title = Tillfälligt pass
page-pass-lead = Skriv det tillfälliga passet som du har fått av IT-support. Det fungerar en gång.
page-pass-label = Tillfälligt pass
page-pass-mistyped = Något tecken saknas eller är fel. Ett tillfälligt pass har 14 tecken. Kontrollera dem och försök igen.
page-pass-wrong = Passet stämmer inte eller gäller inte längre. Du är inte inloggad. Kontrollera tecknen och försök igen, eller be IT-support om ett nytt pass.
page-pass-none = Har du inget tillfälligt pass? IT-support kontrollerar att det är du och ger dig ett: { $support }
page-not-allowed-title = Det behövs mer än ditt lösenord
page-not-allowed-lead = Ingen telefon har lagts till, eftersom det inte räcker med ditt lösenord. Kravet skyddar dig om någon annan har fått tag i lösenordet. Gör något av det här:
page-not-allowed-phone = Använd en telefon som redan är registrerad
page-not-allowed-phone-text = Logga in med den först, så kan den godkänna den nya telefonen.
page-not-allowed-network = Använd nätverket hos { $organisation }
page-not-allowed-network-text = Gör registreringen på en dator i organisationens nätverk.
page-not-allowed-support = Kontakta IT-support
page-not-allowed-support-text = De kontrollerar att det är du och ger dig ett tillfälligt pass: { $support }
page-not-allowed-pass = Jag har ett tillfälligt pass

## Registration of a phone

page-register-intro-title = Registrera din telefon
page-register-required = För att fortsätta behöver du visa med din telefon att det är du. Du gör det här en gång, och det tar ungefär två minuter.
page-register-intro-lead = Lägg till en telefon som du kan godkänna inloggningar med. Det tar ungefär två minuter.
page-register-why = Ett lösenord kan stjälas. Men utan din telefon kan ingen annan logga in som du.
page-register-intro-install = Installera appen Styrk
page-register-intro-install-text = Den finns i App Store och Google Play. På en tjänstetelefon finns den oftast redan.
page-register-intro-scan = Skanna en kod
page-register-intro-scan-text = Koden visas här på nästa sida.
page-register-intro-test = Prova att godkänna
page-register-intro-test-text = Sedan är telefonen klar att använda.
page-register-intro-start = Jag har appen, fortsätt
page-register-step = Steg { $step } av 3
page-register-code-title = Skanna koden med appen
page-register-code-image = QR-kod att skanna med appen Styrk
page-register-code-open = Öppna Styrk på telefonen
page-register-code-add = Välj ”Lägg till konto” och sedan ”Arbets- eller skolkonto”
page-register-code-scan = Rikta kameran mot koden
page-register-code-here = Öppna appen på den här telefonen
page-register-code-no-camera = Kan du inte skanna?
page-register-code-type = Du kan skriva koden i stället. Välj ”Lägg till konto” i appen och sedan ”Skriv koden”. Skriv det som står här, och visa det inte för någon annan.
page-register-code-type-login = E-postadress eller användarnamn
page-register-code-type-code = Kod
page-register-code-type-server = Serverns adress, om appen frågar efter den
page-register-code-link = Eller kopiera länken till telefonen. Välj sedan ”Klistra in länken” i appen. Visa den inte för någon annan.
page-register-code-link-label = Länk till appen
page-register-code-time = { $minutes ->
        [one] Koden gäller i ungefär en minut till.
       *[other] Koden gäller i ungefär { $minutes } minuter till.
    }
page-register-code-new = Hämta en ny kod
page-register-characters-title = Vilka tecken visar telefonen?
page-register-characters-lead = En { $device } har använt koden. Skriv de fyra tecken som telefonen visar, så vet vi att det är din.
page-register-characters-label = Fyra tecken
page-register-characters-wrong = { $tries ->
        [one] Tecknen stämmer inte, så telefonen är inte tillagd än. Titta på telefonen och skriv igen. Du har ett försök kvar.
       *[other] Tecknen stämmer inte, så telefonen är inte tillagd än. Titta på telefonen och skriv igen. Du har { $tries } försök kvar.
    }
page-register-characters-none = Min telefon visar inga tecken
page-register-characters-none-text = Då kan någon annans telefon ha använt koden. Den telefonen har inte lagts till. Skriv ingenting här, utan börja om med en ny kod som bara du kan se.
page-register-start-again = Börja om med en ny kod
page-register-test-title = Prova att godkänna
page-register-test-lead = Öppna appen på { $device } och ange numret
page-register-test-why = Du kan använda telefonen först när testet är klart.
page-register-done-title = Klart! { $device } är registrerad
page-register-done-text = Från och med nu frågar appen när du loggar in. Godkänn bara om du själv just har loggat in.
page-register-done-number-title = Lägg till ditt mobilnummer
page-register-done-number = Vi har inget mobilnummer till dig. Utan det är det svårare att visa att det är du om telefonen försvinner eller går sönder. Be IT-support att lägga till det redan nu: { $support }
page-register-ended-expired-title = Koden har slutat gälla
page-register-ended-expired-text = Tiden gick ut innan telefonen var klar. Ingen telefon har lagts till. Hämta en ny kod och försök igen.
page-register-ended-second-title = Två telefoner försökte använda koden
page-register-ended-second-text = Vi har stoppat registreringen. Ingen telefon har lagts till. Någon annan kan ha sett din kod eller fått din länk.
page-register-ended-second-next = Var det inte du som använde koden två gånger? Kontakta IT-support innan du fortsätter. Annars kan du börja om där bara du ser skärmen.
page-register-ended-characters-title = Tecknen stämde inte
page-register-ended-characters-text = Fel tecken skrevs för många gånger, så registreringen stoppades. Ingen telefon har lagts till. Börja om, och skriv tecknen som visas på telefonen du har i handen.
page-register-ended-test-denied-title = Testet nekades i telefonen
page-register-ended-test-denied-text = Någon svarade nej i telefonen, så den har inte lagts till. Vill du registrera den, börja om. Var det inte du som svarade? Kontakta IT-support.
page-register-ended-test-number-title = Fel nummer angavs i telefonen
page-register-ended-test-number-text = Testet avbröts och telefonen har inte lagts till. Börja om, och ange numret som visas här på sidan.
page-register-ended-test-expired-title = Ingen svarade i tid
page-register-ended-test-expired-text = Testet hann inte bli klart, så telefonen har inte lagts till. Ha telefonen till hands och börja om. Kommer ingen avisering? Öppna appen och dra nedåt.
page-register-ended-cancelled-title = Registreringen avbröts
page-register-ended-cancelled-text = Ingen telefon har lagts till. Börja om när du vill.

## MyApps

page-apps-title = Mina appar
page-apps-empty = Här finns inga appar än. IT-support kan berätta vilka du ska ha.
page-apps-security = Min säkerhetsinformation
page-sign-out = Logga ut

## My security information

page-security-title = Min säkerhetsinformation
page-security-lead = Så här visar du att det är du.
page-security-devices = Telefoner
page-security-devices-none = Ingen telefon är registrerad. Lägg till en, så att du kan logga in även utanför organisationens nätverk.
page-security-device-added = Tillagd { $date }
page-security-device-used = Senast använd { $moment }
page-security-device-unused = Inte använd än
page-security-device-reached = Nåddes senast { $moment }
page-security-device-reached-by = Nåddes senast { $moment } via { $provider }
page-security-device-lost = Telefonen går inte att nå. Öppna appen på den, så kommer aviseringarna tillbaka.
page-security-device-this = Godkände den här inloggningen
page-security-remove = Ta bort
page-security-remove-device = Ta bort { $device }
page-security-add = Lägg till en telefon
page-security-removed = { $device } är borttagen och kan inte längre godkänna inloggningar.
page-security-added = { $device } är tillagd och kan nu godkänna inloggningar.
page-security-activity = Senaste händelser
page-security-activity-none = Inget har hänt än.
page-security-activity-advice = Är det något som du inte känner igen? Kontakta IT-support: { $support }
page-from = { $browser } på { $system }
page-activity-signed-in = Du loggade in i { $application }
page-activity-signed-in-trusted = Du loggade in i { $application } från organisationens nätverk
page-activity-denied = En inloggning i { $application } nekades i telefonen
page-activity-reported = Du svarade att det inte var du som loggade in i { $application }
page-activity-wrong-number = Fel nummer angavs, så en inloggning i { $application } stoppades
page-activity-expired = En inloggning i { $application } besvarades inte i tid
page-activity-cancelled = En inloggning i { $application } avbröts
page-activity-wrong-password = Fel lösenord angavs
page-activity-security-opened = Din säkerhetsinformation öppnades
page-activity-device-added = { $device } lades till
page-activity-device-removed = { $device } togs bort
page-activity-device-blocked = IT-support spärrade { $device }
page-activity-registration-stopped = En registrering av en telefon stoppades
page-activity-pass-created = IT-support skapade ett tillfälligt pass åt dig
page-activity-pass-used = Du använde ett tillfälligt pass
page-activity-pass-wrong = Ett felaktigt tillfälligt pass angavs
page-activity-pass-ended = Ett tillfälligt pass slutade gälla utan att ha använts
page-remove-title = Vill du ta bort { $device }?
page-remove-text = Telefonen kan inte längre godkänna inloggningar åt dig. Du kan lägga till den igen senare.
page-remove-last-text = Det här är din enda telefon. Tar du bort den kan du inte logga in utanför organisationens nätverk förrän du har registrerat en ny. Lägg hellre till den nya telefonen först.
page-remove-again-title = Är du helt säker?
page-remove-again-text = Efter det här har du inget sätt att visa att det är du. Bara IT-support kan hjälpa dig in igen.
page-remove-yes = Ta bort telefonen
page-remove-again-yes = Ja, ta bort min enda telefon
page-remove-no = Behåll telefonen

## The link without the app

page-link-title = Öppna länken i appen Styrk
page-link-text = Länken lägger till din telefon, men den öppnades i webbläsaren. Ingenting har lagts till.
page-link-install = Installera appen Styrk från App Store eller Google Play, om du inte redan har den.
page-link-again = Gå tillbaka till sidan där du fick länken och öppna den igen.
page-link-paste = Öppnas webbläsaren ändå? Kopiera länken och välj ”Klistra in länken” i appen.
page-link-advice = Öppna bara länkar som du själv har hämtat. Har någon skickat länken till dig, kontakta IT-support: { $support }

## Problems

page-problem-not-found-title = Sidan finns inte
page-problem-not-found-text = Adressen kan vara felskriven, eller så har sidan tagits bort. Gå till startsidan och börja om därifrån.
page-problem-method-title = Sidan går inte att öppna på det sättet
page-problem-method-text = Det händer till exempel när en sida laddas om vid fel tillfälle. Ingenting har ändrats. Gå till startsidan och börja om därifrån.
page-problem-too-large-title = För mycket skickades på en gång
page-problem-too-large-text = Tjänsten tog inte emot det du skickade. Ingenting har ändrats. Gå tillbaka, skriv kortare och försök igen.
page-plain-http = Den här adressen fungerar bara med https:// i början. Skriv den så och försök igen.
page-problem-too-slow-title = Det du skickade kom inte fram
page-problem-too-slow-text = Anslutningen var för långsam, eller så bröts den. Ingenting har ändrats. Gå tillbaka och försök igen, gärna på ett annat nätverk.
page-problem-too-many-title = Vänta en stund
page-problem-too-many-text = { $minutes ->
        [one] Det har gjorts för många försök på kort tid. För att skydda ditt konto behöver du vänta en minut. Försök sedan igen.
       *[other] Det har gjorts för många försök på kort tid. För att skydda ditt konto behöver du vänta { $minutes } minuter. Försök sedan igen.
    }
page-problem-internal-title = Något gick fel hos oss
page-problem-internal-text = Det är inte ditt fel. Vi vet inte om det du gjorde blev sparat. Försök igen om en stund, och kontakta IT-support om felet är kvar.
page-problem-unavailable-title = Tjänsten är inte tillgänglig just nu
page-problem-unavailable-text = Den kan vara på väg att starta om. Vänta en minut och försök igen. Kontakta IT-support om felet är kvar.
page-problem-cross-site-title = Vi stoppade det som skickades
page-problem-cross-site-text = Det kom från en annan webbplats, och då kan det vara ett försök att lura dig. Ingenting har ändrats. Gå till startsidan och gör om det därifrån.
page-problem-form-expired-title = Sidan var öppen för länge
page-problem-form-expired-text = Det du skickade togs inte emot, så ingenting har ändrats. Ladda sidan på nytt och försök igen.
page-problem-other-registration-title = Du har börjat på en nyare registrering
page-problem-other-registration-text = Det du skrev hörde till en äldre sida, så ingenting har ändrats. Fortsätt med den nyare registreringen.

## Phone: accounts and settings

phone-accounts-title = Konton
phone-accounts-empty = Här finns inget konto än. Börja på sidan där du registrerar dig, och välj sedan ”Lägg till konto” här.
phone-accounts-pull = Dra nedåt för att se om något väntar på svar
phone-no-requests = Inget väntar på svar
phone-checking = Ser efter om något väntar …
phone-account-title = Konto
phone-account-enrolled = Tillagt { $date }
phone-account-remove = Ta bort kontot från telefonen
phone-remove-title = Vill du ta bort kontot?
phone-remove-text = Sedan kan du inte godkänna inloggningar hos { $organisation } med den här telefonen. Du kan lägga till kontot igen senare.
phone-remove-yes = Ta bort
phone-remove-offline = Kontot är borttaget från telefonen, men organisationen gick inte att nå. Telefonen kan fortfarande vara registrerad där. Ta bort den även på sidan ”Min säkerhetsinformation”, eller kontakta IT-support.
phone-account-unfinished-title = Inte klart än
phone-account-unfinished-text = Den här telefonen kan inte godkänna inloggningar hos { $organisation } än. Fortsätt på sidan där du registrerar dig. Frågar sidan efter tecken som telefonen inte längre visar? Ta bort kontot här och hämta en ny kod på sidan.
phone-account-ended-title = Kontot gäller inte längre här
phone-account-ended-text = { $organisation } har tagit bort eller spärrat den här telefonen, så den kan inte godkänna inloggningar. Registrera telefonen igen, eller kontakta IT-support om du inte vet varför.
phone-settings = Inställningar
phone-settings-title = Inställningar
phone-settings-language = Språk
phone-settings-language-phone = Samma som telefonen
phone-settings-about = Styrk, version { $version }
phone-working = Vänta lite …
phone-retry = Försök igen
phone-done = Klar
phone-back = Tillbaka
phone-cancel = Avbryt
phone-offline-title = Ingen kontakt
phone-offline-text = Telefonen når inte organisationen, så du kan inte se eller besvara någon begäran. Kontrollera att du har internet och försök igen.
phone-lock-push = Ny begäran om inloggning

## Phone: adding an account

phone-add-account = Lägg till konto
phone-add-title = Lägg till konto
phone-add-work-account = Arbets- eller skolkonto
phone-add-scan = Skanna koden
phone-add-scan-why = Kameran används bara för att läsa koden på sidan där du registrerar dig. Ingen bild sparas.
phone-add-picture = Välj en bild av koden
phone-add-continue = Fortsätt
phone-add-link = Klistra in länken
phone-add-type = Skriv koden
phone-type-login = E-postadress eller användarnamn
phone-type-code = Kod, tio tecken
phone-type-server-label = Serverns adress
phone-type-where = Allt står på sidan där du registrerar dig, under ”Kan du inte skanna?”.
phone-type-no-login = Skriv hela e-postadressen, eller användarnamnet med @, som det står på sidan.
phone-type-length = Koden ska ha tio tecken. Kontrollera vad du har skrivit.
phone-type-mistyped = Kontrollera koden: något tecken blev fel.
phone-type-unknown = Koden hör inte till den här e-postadressen eller det här användarnamnet, eller så har den slutat gälla. Inget har lagts till. Jämför båda med sidan, eller hämta en ny kod där.
phone-type-too-many = Det har gjorts för många försök från det här nätverket, så inget har lagts till. Vänta en minut och försök igen.
phone-type-finding = Letar efter servern …
phone-type-server = Appen hittade inte servern. Skriv också serverns adress, som står på sidan.
phone-type-server-offline = Servern gick inte att hitta just nu. Kontrollera att du har internet och försök igen, eller skriv serverns adress, som står på sidan.
phone-type-server-wrong = Serverns adress ser felaktig ut. Skriv den precis som den står på sidan.
phone-add-camera-refused = Appen får inte använda kameran, så koden kan inte skannas. Skriv koden, klistra in länken eller välj en bild av koden i stället. Du kan tillåta kameran i telefonens inställningar.
phone-confirm-title = Lägg till { $organisation }
phone-confirm-question = Vill du lägga till { $user }, { $organisation }, { $host }?
phone-confirm-yes = Lägg till
phone-characters-title = Skriv de här tecknen på sidan där du registrerar dig
phone-characters-why = Då vet { $organisation } att det är just din telefon, och ingen annans, som läggs till.
phone-test-title = Prova att godkänna

## Phone: a request

phone-approve-title = Försöker du logga in?
phone-approve-sender = Begäran från { $organisation }
phone-approve-input = Ange numret som visas där du loggar in
phone-approve-advice = Godkänn bara om du själv just har loggat in.
phone-approve-yes = Ja, det är jag
phone-approve-no = Nej, det är inte jag
phone-approve-cancel = Avbryt inloggningen
phone-approve-time-left = { $seconds ->
        [one] En sekund kvar
       *[other] { $seconds } sekunder kvar
    }
phone-approve-many = { $count ->
        [one] En begäran väntar på svar
       *[other] { $count } begäranden väntar på svar
    }
phone-approve-renamed = { $before } heter nu { $now }.
phone-fact-to = Till
phone-fact-from = Från
phone-fact-place = Plats
phone-fact-address = Adress
phone-fact-time = Tid
phone-fact-purpose = Gäller
phone-fact-message = Meddelande från e-tjänsten
phone-fact-account = Konto
phone-fact-browser = Webbläsare
phone-fact-recognised = Du har använt den förut
phone-fact-unknown-browser = Du har inte använt den förut
phone-from = { $browser } på { $system }
phone-from-unknown = Okänd webbläsare
phone-purpose-sign-in = Logga in
phone-purpose-trust-browser-days = { $days ->
        [one] Fråga inte igen i webbläsaren förrän om { $days } dag
       *[other] Fråga inte igen i webbläsaren förrän om { $days } dagar
    }
phone-purpose-open-security = Öppna din säkerhetsinformation
phone-purpose-add-device = Lägga till telefonen { $device }
phone-purpose-enable-phone-sign-in = Aktivera telefoninloggning
phone-purpose-reset-password = Återställa ditt lösenord
phone-purpose-confirm-test = Prova den här telefonen

## Phone: how a request ended

phone-approved-title = Godkänt
phone-approved-text = Du är inloggad i { $application } med { $browser } på { $system }.
phone-approved-test-text = Telefonen är klar att använda hos { $organisation }.
phone-approved-unknown-browser-text = Du är inloggad i { $application }.
phone-approved-other-text = Det är godkänt. Fortsätt där du började.
phone-reported-title = Tack, inloggningen är stoppad
phone-reported-text = Ingen loggades in. { $organisation } kan se vad som hände. Någon kan ha ditt lösenord, så byt det nu.
phone-cancelled-title = Avbrutet
phone-cancelled-text = Inget har godkänts. Börja om på sidan om du vill försöka igen.
phone-wrong-number-title = Fel nummer
phone-wrong-number-text = Numret stämde inte, och det kan bara anges en gång. Inget har godkänts. Börja om på sidan och ange det nya numret som visas där.
phone-expired-title = Tiden gick ut
phone-expired-text = Ingen svarade i tid, så inget har godkänts. Börja om på sidan.
phone-unheard-title = Ditt svar kanske inte kom fram
phone-unheard-text = Tiden gick ut, och telefonen vet inte om ditt svar kom fram. Titta på sidan där du började. Kommer du inte vidare där, försök igen.
phone-unheard-report-text = Tiden gick ut, och telefonen vet inte om organisationen fick veta att det inte var du. Någon kan ha ditt lösenord, så byt det nu och kontakta IT-support.
phone-superseded-title = En nyare begäran har kommit
phone-superseded-text = Den här begäran gäller inte längre, för en nyare har ersatt den. Svara på den nya i stället.
phone-ended-elsewhere-title = Redan besvarad
phone-ended-elsewhere-text = Den här begäran är redan besvarad, så du behöver inte göra något här. Var det inte du? Kontakta IT-support.
phone-ended-failed-title = Det gick inte att slutföra
phone-ended-failed-text = Svaret gick inte att bekräfta, så inget har godkänts. Börja om på sidan. Händer det en gång till, kontakta IT-support.

## Phone: what can go wrong

phone-error-title = Det gick inte
phone-error-no-code = Det finns ingen kod här, så inget har lagts till. Välj en skarp bild av koden på sidan där du registrerar dig, klistra in länken eller skriv koden.
phone-error-key-locked = Du har försökt för många gånger, så ingenting har skickats. Vänta en stund, lås upp telefonen med skärmlåsets kod och försök igen.
phone-error-key-use = Telefonens säkra nyckel gick inte att använda, så ingenting har skickats. Försök igen. Är felet kvar, ta bort kontot och lägg till det på nytt, eller kontakta IT-support.
phone-error-key-gone = Telefonens säkra nyckel fungerar inte längre, så ingenting har skickats. Det kan hända när skärmlåset, ett fingeravtryck eller ansiktsigenkänningen ändras. Ta bort kontot och lägg till det på nytt på sidan där du registrerar dig. Går det inte, kontakta IT-support.
phone-error-no-screen-lock = Telefonen har inget skärmlås, så appen kan inte använda en säker nyckel. Sätt på ett skärmlås i telefonens inställningar och försök igen.
phone-error-stranger = Något annat på nätverket svarade i stället för organisationen, så telefonen nådde inte fram. Du kan behöva logga in på nätverket först: öppna en webbsida och se efter. Försök sedan igen.
phone-error-state = Appens sparade konton gick inte att läsa. Lägg till kontot på nytt på sidan där du registrerar dig, eller kontakta IT-support.
phone-error-state-newer = Kontona på telefonen sparades av en nyare version av appen, så de kan inte visas. Inget har ändrats. Uppdatera appen och öppna den igen.
phone-error-not-a-code = Det här är inte en kod för att lägga till konto: { $text }. Inget har lagts till. Skanna koden på sidan där du registrerar dig.
phone-error-web-address = Koden leder till en vanlig webbsida, så inget har lagts till. Skanna koden på sidan där du registrerar dig.
phone-error-other-app-code = Koden hör till en annan app, så inget har lagts till. Hämta en kod för Styrk på sidan där du registrerar dig.
phone-error-http = Länken är inte säker, så inget har lagts till. Hämta en ny kod på sidan där du registrerar dig. Händer det igen, kontakta IT-support.
phone-error-version = Koden är gjord för en nyare version av appen, så inget har lagts till. Uppdatera appen och skanna eller skriv koden igen.
phone-error-host = Adressen i koden ser felaktig ut, så inget har lagts till. Hämta en ny kod på sidan där du registrerar dig. Händer det igen, kontakta IT-support.
phone-error-code-expired = Koden har slutat gälla, så inget har lagts till. Hämta en ny kod på sidan.
phone-error-code-used = Stopp! En annan telefon har redan använt den här koden. Den här telefonen har inte lagts till. Var det du? Hämta en ny kod på sidan. Var det inte du? Skriv inga tecken på sidan, utan kontakta IT-support nu.
phone-error-identity = Servern kunde inte bevisa att den är den rätta, så inget har lagts till. Börja om på sidan där du registrerar dig och hämta en ny kod. Händer det igen kan servern vara falsk: fortsätt inte, utan kontakta IT-support.
phone-error-name-taken = { $organisation } har skickat en begäran i en annan organisations namn, så den visas inte. Ingenting har godkänts. Fortsätt inte, utan kontakta IT-support.
phone-error-unproven = En begäran som såg ut att komma från { $organisation } gick inte att lita på: servern kunde inte bevisa att den är äkta. Begäran har inte visats, och ingenting har godkänts här. Kontakta IT-support och berätta vad som står här.
phone-error-clock = Telefonens klocka går fel, så organisationen tog inte emot det som skickades. Ställ in automatisk tid i telefonens inställningar och försök igen.
phone-error-update = Appen är för gammal för det här, så ingenting har skickats. Uppdatera appen och försök igen.
phone-error-app-too-old = Organisationen kräver en nyare version av appen, så ingen begäran kan visas. Uppdatera appen och försök igen. Går det inte, kontakta IT-support.
phone-error-server = Något gick fel hos organisationen, så det gick inte att slutföra. Försök igen om en stund. Är felet kvar, kontakta IT-support.
phone-error-key = Telefonen kunde inte skapa en säker nyckel, så inget har lagts till. Kontrollera att telefonen har skärmlås och försök igen.
phone-error-key-cancelled = Du bekräftade inte med skärmlåset, så ingenting har skickats. Försök igen och bekräfta med fingeravtryck, ansikte eller kod.
phone-error-already-added = Kontot finns redan på den här telefonen, så inget har ändrats. Ta först bort det gamla om du vill lägga till det på nytt.
phone-error-small = Felkod för IT-support: { $code }

## Mobilhantering: det en administratör läser om varje inställning i appen

managed-server-url-title = Serverns adress
managed-server-url-text = Adressen till organisationens server, med https:// i början. Då behöver användaren inte skriva den.
managed-user-hint-title = Användare
managed-user-hint-text = E-postadress, eller användarnamn med @, för den som ska använda telefonen. Appen fyller i uppgiften i förväg, men den bevisar inte vem som har telefonen.
managed-enrolment-token-title = Kod för att lägga till konto
managed-enrolment-token-text = En kod som är gjord för en viss telefon och bara kan användas en gång. Lämna fältet tomt om systemet inte kan ge varje telefon en egen kod.
managed-require-biometric-title = Kräv att fingeravtryck eller ansiktsigenkänning är på
managed-require-biometric-text = Ett konto kan bara läggas till på en telefon som har fingeravtryck eller ansiktsigenkänning på. För att kräva det även vid varje godkännande, stäng av ”Tillåt skärmlåsets kod”.
managed-allow-device-credential-title = Tillåt skärmlåsets kod
managed-allow-device-credential-text = Användaren får godkänna med skärmlåsets kod (PIN-kod, mönster eller lösenord) i stället för fingeravtryck eller ansikte. När inställningen är av går det inte att godkänna på en telefon som varken har fingeravtryck eller ansiktsigenkänning, och kontot måste läggas till på nytt om något av dem ändras.
managed-allow-totp-title = Tillåt engångskoder i appen
managed-allow-totp-text = Appen får också visa engångskoder, som byts var trettionde sekund, för system som inte kan skicka en begäran till telefonen.
managed-allow-screenshots-title = Tillåt skärmbilder
managed-allow-screenshots-text = Användaren får ta skärmbilder av appen och spela in skärmen när den visas. När inställningen är av stoppas bilderna, eller så blir de tomma, på telefoner där det är möjligt.
managed-pinned-spki-title = Publika nycklar i serverns certifikat
managed-pinned-spki-text = SHA-256 av varje publik nyckel (SPKI) som serverns certifikat får ha, i Base64. Ange minst två, så att den ena kan bytas ut. På Android skrivs de i samma fält med komma emellan. Stämmer ingen av dem når appen inte servern. Lämnas fältet tomt godtas alla certifikat som appen litar på.
managed-push-transport-title = Hur telefonen får veta att en begäran väntar
managed-push-transport-text = ”Automatiskt” använder Apples eller Googles aviseringar, som inte innehåller något om begäran. ”UnifiedPush” skickar aviseringar genom en server som organisationen kan driva själv; på iPhone används Apples ändå. Med ”Bara appens egen anslutning” används ingen aviseringstjänst; på iPhone syns en begäran då bara när appen är öppen.
managed-push-transport-automatic = Automatiskt
managed-push-transport-unified-push = UnifiedPush (bara Android)
managed-push-transport-socket = Bara appens egen anslutning
managed-support-url-title = IT-supportens webbsida
managed-support-url-text = Adressen till en webbsida, med https:// i början. Appen länkar dit när den ber användaren att kontakta IT-support.
