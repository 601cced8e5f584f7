use countersign_token::{Credential, Record, Revision};

use crate::Error;

/// The sole right to change the record of one key, until it is dropped.
///
/// It is owned: it may outlive the handle it came from, move to another thread, and be held over a network
/// call.
///
/// 1. `load` reads anew. Nothing that was read before the lease was had counts.
/// 2. `save` and `delete` name the revision they replace, [`Revision::ABSENT`] for no record. When another
///    is stored they answer [`Conflict`](crate::ErrorKind::Conflict) and change nothing.
/// 3. `save` answers the revision after `expected`. After a deletion the count begins at one again.
/// 4. A change that was acknowledged survives a loss of power. One that failed left the old record whole,
///    except for [`NotConfirmed`](crate::ErrorKind::NotConfirmed), which left the new one. There is never a mix.
/// 5. A record that cannot be read (corrupt, undecryptable, too new, too big) is neither replaced nor
///    deleted: the error is that of `load`.
/// 6. A credential that is too big is refused before anything is changed.
/// 7. Members of a record that this version does not know are saved with the credential they were loaded
///    with.
/// 8. `delete` of nothing, at [`Revision::ABSENT`], succeeds.
///
/// # Security
///
/// `save` acknowledges a rotated refresh token, after which nobody else may know it: saying yes too early
/// loses the grant. `delete` leaves no copy that the store can reach.
pub trait Lease: Send {
    /// The record as it is now.
    ///
    /// # Errors
    /// As [`Store::load`](crate::Store::load).
    fn load(&mut self) -> Result<Option<Record>, Error>;

    /// Keeps `credential` in place of the record at revision `expected`.
    ///
    /// # Errors
    /// By the cases 2, 4, 5 and 6.
    fn save(&mut self, credential: &Credential, expected: Revision) -> Result<Revision, Error>;

    /// Removes the record at revision `expected`.
    ///
    /// # Errors
    /// By the cases 2, 4 and 5.
    fn delete(&mut self, expected: Revision) -> Result<(), Error>;
}

macro_rules! forward {
    ($($type:ty),*) => {$(
        impl<L: Lease + ?Sized> Lease for $type {
            fn load(&mut self) -> Result<Option<Record>, Error> {
                (**self).load()
            }

            fn save(&mut self, credential: &Credential, expected: Revision) -> Result<Revision, Error> {
                (**self).save(credential, expected)
            }

            fn delete(&mut self, expected: Revision) -> Result<(), Error> {
                (**self).delete(expected)
            }
        }
    )*};
}

forward!(&mut L, Box<L>);
