use core::fmt;

/// How long a keyring keeps what it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Persistence {
    /// It is gone with this process.
    Process,
    /// It is gone when the user logs out.
    Logout,
    /// It is gone when the machine is switched off, or sooner when it is not used.
    Reboot,
    /// It stays until it is deleted.
    Permanent,
    /// The keyring does not say.
    Unknown,
}

impl Persistence {
    /// Whether it is still there when the machine has been switched off and on.
    pub fn is_permanent(self) -> bool {
        self == Self::Permanent
    }
}

/// As in "keeps it until reboot".
impl fmt::Display for Persistence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Process => "until the program ends",
            Self::Logout => "until logout",
            Self::Reboot => "until reboot",
            Self::Permanent => "permanently",
            Self::Unknown => "for an unknown time",
        })
    }
}
