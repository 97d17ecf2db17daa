//! JSON-RPC 2.0 over HTTP and WebSocket, events, metrics and health on one port.
//!
//! | module | what it does |
//! |---|---|
//! | [`table`] | every method: name, parameters, what does it |
//! | [`params`], [`error`] | what a call comes with, and what it fails with |
//! | [`access`] | who may do what, and how often |
//! | [`reads`], [`writes`], [`capabilities`], [`operator`] | what methods do |
//! | [`server`] | the methods as a server has them: aliases, time limits, counting |
//! | [`subscribe`], [`stream`] | events, over JSON-RPC and as a plain WebSocket |
//! | [`explorer`] | web pages, built into the program |
//! | [`listen`] | the port, the local socket, TLS, and the other paths |

pub mod access;
pub mod capabilities;
#[cfg(feature = "schema")]
pub mod clients;
#[cfg(feature = "schema")]
pub mod document;
pub mod error;
pub mod explorer;
pub mod listen;
pub mod operator;
pub mod params;
pub mod reads;
pub mod server;
pub mod stream;
pub mod subscribe;
pub mod table;
pub mod writes;
