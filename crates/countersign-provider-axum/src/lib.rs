//! The Countersign provider as axum routes and pages.
