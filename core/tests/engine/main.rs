//! The state machine from the outside: what a node operator, a provider and an auditor rely on.

mod explain;
mod lifecycle;
mod money;
mod payouts;
mod refusals;
mod replay;
mod time;
mod world;
