//! The keyrings that platforms have.

use super::Keyring;

impl Keyring {
    /// The keyring of this platform that keeps what it is given for good, where a feature brings one.
    ///
    /// That is the Secret Service on Linux and FreeBSD, the keychain on macOS and the Credential Manager on
    /// Windows. Whether there is one to talk to is found out by [`probe`](Self::probe).
    pub fn platform() -> Option<Self> {
        #[cfg(all(any(target_os = "linux", target_os = "freebsd"), feature = "secret-service"))]
        return Some(Self::secret_service());
        #[cfg(all(target_os = "macos", feature = "keychain"))]
        return Some(Self::keychain());
        #[cfg(all(windows, feature = "credential-manager"))]
        return Some(Self::credential_manager());
        #[cfg(not(any(
            all(any(target_os = "linux", target_os = "freebsd"), feature = "secret-service"),
            all(target_os = "macos", feature = "keychain"),
            all(windows, feature = "credential-manager"),
        )))]
        None
    }

    /// The Secret Service: GNOME Keyring, KWallet, KeePassXC.
    #[cfg(all(any(target_os = "linux", target_os = "freebsd"), feature = "secret-service"))]
    pub fn secret_service() -> Self {
        Self::new(super::Backend {
            title: "Secret Service",
            persistence: crate::Persistence::Permanent,
            modifiers: &[],
            connect: Box::new(|| Ok(zbus_secret_service_keyring_store::Store::new()?)),
        })
    }

    /// The key retention service of the Linux kernel: a cache, which forgets everything with the machine's
    /// power, and what was not used for three days.
    ///
    /// It belongs to the login session, and to whatever else the session runs.
    #[cfg(all(target_os = "linux", feature = "keyutils"))]
    pub fn keyutils() -> Self {
        Self::new(super::Backend {
            title: "kernel keyring",
            persistence: crate::Persistence::Reboot,
            modifiers: &[],
            connect: Box::new(|| Ok(linux_keyutils_keyring_store::Store::new()?)),
        })
        .with_limit(32_767)
    }

    /// The login keychain of macOS.
    #[cfg(all(target_os = "macos", feature = "keychain"))]
    pub fn keychain() -> Self {
        Self::new(super::Backend {
            title: "keychain",
            persistence: crate::Persistence::Permanent,
            modifiers: &[],
            connect: Box::new(|| Ok(apple_native_keyring_store::keychain::Store::new()?)),
        })
    }

    /// The Credential Manager of Windows, on this machine alone.
    #[cfg(all(windows, feature = "credential-manager"))]
    pub fn credential_manager() -> Self {
        Self::new(super::Backend {
            title: "Credential Manager",
            persistence: crate::Persistence::Permanent,
            // The default roams with the user's profile.
            modifiers: &[("persistence", "Local")],
            connect: Box::new(|| Ok(windows_native_keyring_store::Store::new()?)),
        })
        .with_limit(2560)
    }
}
