package android.security.keystore

import java.security.InvalidKeyException

// As Android has them, where there is no Android.

internal class KeyPermanentlyInvalidatedException : InvalidKeyException()

internal class UserNotAuthenticatedException : InvalidKeyException()
