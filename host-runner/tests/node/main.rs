//! `aicf node` from the outside: the binary as a process, HTTP and WebSocket as anybody would speak them.

mod batches;
#[path = "../../../core/tests/engine/cca.rs"]
mod cca;
mod claims;
mod clocks;
mod divergence;
mod document;
mod economy;
mod events;
mod first_hour;
mod following;
mod history;
mod life;
mod live;
mod operations;
mod page;
mod replicas;
mod running;
mod security;
mod sequenced;
mod snapshots;
#[path = "../support/mod.rs"]
mod support;
mod tickets;
mod world;
