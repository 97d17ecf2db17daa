//! The state machine from the outside: what a node operator, a provider and an auditor rely on.

mod batches;
mod bounds;
mod cca;
mod claims;
mod evidence;
mod explain;
mod keys;
mod lifecycle;
mod market_money;
mod market_penalties;
mod market_providers;
mod market_requests;
mod messages;
mod money;
mod naive;
mod payouts;
mod precedence;
mod proofs;
mod random;
mod refusals;
mod replay;
mod tampering;
mod threats;
mod time;
mod transactions;
mod world;
