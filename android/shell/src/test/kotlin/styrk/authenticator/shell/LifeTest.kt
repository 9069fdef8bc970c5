package styrk.authenticator.shell

import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.BeforeAll
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import styrk.authenticator.core.AccountState
import styrk.authenticator.core.Event
import styrk.authenticator.core.Mood
import styrk.authenticator.core.Screen

/** The shell on one phone and a person at the pages, against the running service. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LifeTest {
    private val demo = Demo()
    private val phone = Phone()
    private val visitor
        get() = Visitor(demo, demo.users[0])

    /** The service has just started, and refuses the phone's first signatures. */
    @BeforeAll
    fun begin() {
        phone.launch()
        assertEquals(emptyList<Any>(), phone.await<Screen.Accounts>().accounts)
        enrol(visitor)
        assertEquals(1, phone.keys.accounts.size)
    }

    /** By the link, and with the test approval. */
    private fun enrol(visitor: Visitor) {
        visitor.signIn()
        phone.event(Event.LinkOpened(visitor.startEnrolment()))
        phone.await<Screen.Confirm>()
        phone.event(Event.Confirmed)
        val number = visitor.typeCharacters(phone.await<Screen.Characters>().characters)
        approve(number)
        done(Mood.GOOD)
    }

    @AfterEach
    fun the_account_is_ready_for_the_next() {
        phone.clockIsOffBy = 0
        phone.event(Event.Foregrounded)
        phone.await<Screen.Accounts> { it.accounts.singleOrNull()?.state == AccountState.READY }
    }

    @AfterAll
    fun end() {
        phone.kill()
        demo.close()
    }

    @Test
    fun the_right_number_signs_in() {
        val visitor = visitor
        approve(visitor.signIn().number)
        done(Mood.GOOD)
        assertEquals("/apps", visitor.news().address.path)
    }

    @Test
    fun cancelling_ends_the_sign_in() = assertEnds("denied", Event.CancelSignIn)

    @Test
    fun a_report_ends_the_sign_in() = assertEnds("reported", Event.NotMe)

    private fun assertEnds(code: String, answer: Event) {
        val visitor = visitor
        visitor.signIn().number
        phone.await<Screen.Approve>()
        phone.event(answer)
        phone.await<Screen.Result>()
        phone.event(Event.Done)
        assertEquals(code, visitor.news().code)
    }

    @Test
    fun a_wrong_number_ends_the_sign_in() {
        val visitor = visitor
        val number = visitor.signIn().number.toInt()
        approve("%02d".format((number + 1) % 100))
        done(Mood.BAD)
        assertEquals("wrong_number", visitor.news().code)
    }

    @Test
    fun a_clock_that_is_ten_minutes_wrong_is_healed() {
        for (off in listOf(-600_000L, 600_000L)) {
            phone.clockIsOffBy = off
            phone.refusals.clear()
            val visitor = visitor
            approve(visitor.signIn().number)
            done(Mood.GOOD)
            assertEquals("/apps", visitor.news().address.path)
            assertTrue(phone.refusals.any { "clock" in it }) { "the service saw nothing wrong: ${phone.refusals}" }
        }
    }

    @Test
    fun an_app_that_was_killed_shows_the_waiting_request_again() {
        val visitor = visitor
        val number = visitor.signIn().number
        val waiting = phone.await<Screen.Approve>().request
        phone.kill()
        phone.launch()
        phone.await<Screen.Approve> { it.request == waiting }
        approve(number)
        done(Mood.GOOD)
        assertEquals("/apps", visitor.news().address.path)
    }

    @Test
    fun an_account_that_is_removed_takes_its_keys_along() {
        val before = phone.keys.accounts
        enrol(Visitor(demo, demo.users[1]))
        val account = (phone.keys.accounts - before).single()
        phone.await<Screen.Accounts> { it.accounts.size == 2 }
        listOf(Event.OpenAccount(account), Event.RemoveAccount, Event.RemoveConfirmed).forEach(phone::event)
        phone.await<Screen.Accounts> { it.accounts.size == 1 }
        assertEquals(before, phone.keys.accounts)
    }

    private fun approve(number: String) {
        assertEquals(number.length, phone.await<Screen.Approve>().digits.toInt())
        phone.event(Event.NumberEntered(number))
        phone.await<Screen.Approve> { it.ready }
        phone.event(Event.Approve)
    }

    private fun done(mood: Mood) {
        val result = phone.await<Screen.Result>()
        assertEquals(mood, result.mood) { "$result" }
        phone.event(Event.Done)
    }
}
