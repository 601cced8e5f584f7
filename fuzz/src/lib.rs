//! What the targets of the machines share: a world written down line by line, and what must hold in any of them.

mod careless;
mod script;
mod world;

pub use careless::Careless;
pub use script::{freely, input, once};
pub use world::{client, server, world};
