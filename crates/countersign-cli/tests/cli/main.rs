//! The built binary, as people and scripts run it: exit codes, words, data, and nothing that is secret.

#![cfg(unix)]

mod accounts;
mod canary;
mod configuration;
mod doctor;
mod encryption;
mod environment;
mod explain;
mod export;
mod failures;
mod help;
mod interrupts;
mod jwt;
mod login;
mod migrate;
mod names;
mod newcomer;
mod oauth1;
mod oauth1_dialects;
mod quarantine;
mod remains;
mod request;
mod secrets;
mod sign;
mod store;
mod support;
mod terminal;
mod token;
mod trace;
mod verify;
