use core::time::Duration;
use std::{sync::Arc, thread};

use crate::BoxFuture;

/// Waits, holding the thread.
///
/// 1. It returns after at least the pause, by whatever clock it counts.
/// 2. A pause of zero returns at once.
pub trait Sleep: Send + Sync {
    /// Waits for `pause`.
    fn sleep(&self, pause: Duration);
}

/// Waits without holding a thread.
///
/// 1. The future ends after at least the pause, counted from the call.
/// 2. It may be polled on any thread, and be dropped at any time.
pub trait AsyncSleep: Send + Sync {
    /// A future that ends after `pause`.
    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()>;
}

/// The operating system's sleep.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a value without parts")]
pub struct SystemSleep;

impl Sleep for SystemSleep {
    fn sleep(&self, pause: Duration) {
        thread::sleep(pause);
    }
}

impl<T: Sleep + ?Sized> Sleep for &T {
    fn sleep(&self, pause: Duration) {
        (**self).sleep(pause);
    }
}

impl<T: Sleep + ?Sized> Sleep for Box<T> {
    fn sleep(&self, pause: Duration) {
        (**self).sleep(pause);
    }
}

impl<T: Sleep + ?Sized> Sleep for Arc<T> {
    fn sleep(&self, pause: Duration) {
        (**self).sleep(pause);
    }
}

impl<T: AsyncSleep + ?Sized> AsyncSleep for &T {
    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()> {
        (**self).sleep(pause)
    }
}

impl<T: AsyncSleep + ?Sized> AsyncSleep for Box<T> {
    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()> {
        (**self).sleep(pause)
    }
}

impl<T: AsyncSleep + ?Sized> AsyncSleep for Arc<T> {
    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()> {
        (**self).sleep(pause)
    }
}
