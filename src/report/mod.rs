//! report

pub mod model;

pub use model::Report;
