//! What each function is for, in a sentence.

/// The sentence; a function without one stops the generator.
pub fn function(name: &str) -> &'static str {
    match name {
        "task_id.derive" => "The id that binds a job to chain, block, transaction, caller and payload.",
        "priority.rank" => "The order of a queue.",
        "matching.seed" => "The seed of a dispatch, from the chain's randomness.",
        "matching.permute" => "The order in which providers are asked, by stake, health or a seeded shuffle.",
        "matching.assign" => "Which job goes to which provider, and why the others wait.",
        "lease.id" => "The id of a lease.",
        "retry.delay" => "How long a job waits before its next attempt.",
        "pricing.quote" => "The price of some work.",
        "pricing.surge" => "The multiplier of the market at a utilization.",
        "split.apply" => "The three shares of a payout; they sum to it.",
        "sla.wilson" => "The lower Wilson bound of a ratio.",
        "sla.p95" => "The 95th percentile of a latency histogram.",
        "sla.evaluate" => "The band that a provider's windows earn, and what it pays.",
        "slashing.decide" => "What an epoch's metrics and offences cost a provider.",
        "claim.key" => "The key of a claim.",
        "settlement.settle" => "An epoch's claims in, a batch of payouts out.",
        "merkle.root" => "The root of a tree.",
        "merkle.prove" => "The proof that a leaf is in a tree.",
        "merkle.verify" => "Whether a proof holds.",
        "policy.check" => "A partial policy completed and checked, and its hash.",
        "policy.lint" => "Values of a policy and of market rules that contradict each other, and bounds left open.",
        "market.check" => "Partial market rules completed and checked, their hash and canonical bytes.",
        "traps.generate" => "A trap circuit and what it must measure.",
        "traps.positions" => "Where hidden traps stand among the circuits of a job, and the commitment to their seed.",
        "traps.verify" => "Whether measured traps pass.",
        "signature.verify" => "Whether a post-quantum signature holds under the scheme it names.",
        "receipt.verify" => "Whether a receipt proves a batch, and what it says of a payee.",
        "attestation.verify" => {
            "Whether evidence of a provider's hardware holds, by its vendor's rules and a verifier's own."
        }
        "qpu.verify" => {
            "Whether a quantum computer is who it says: its maker's certificates, and trap circuits it passed."
        }
        "proof.body" => "The bytes of an AIProof or a QuantumProof, its nullifier, and what its provider signs.",
        "network.check" => "A network document completed and checked, its network id, and the genesis entry.",
        "hash.tagged" => "The bytes that are hashed under a domain tag, and their hash.",
        "engine.replay" => "A journal applied to an empty engine: what each entry came to, and the roots.",
        _ => panic!("{name}: say what it is for in about.rs"),
    }
}
