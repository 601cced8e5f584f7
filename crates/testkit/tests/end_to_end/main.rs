//! Client against provider, both without I/O, in virtual time.

mod oauth1;
mod oauth2;
mod world;
