use fips204::traits::{KeyGen as _, SerDes as _};
fn main() {
    let seed = aicf_core::hash::sha3_256(&[b"aicf/devnet/sequencer/v1"]).0;
    let (public, _) = fips204::ml_dsa_65::KG::keygen_from_seed(&seed);
    println!("KEY {}", aicf_core::codec::hex::text(&public.into_bytes()));
    for name in ["devnet", "testnet", "mainnet"] {
        let text = std::fs::read_to_string(format!("policy/{name}.yaml")).unwrap();
        println!(
            "{name} {}",
            aicf_core::policy::Policy::parse_yaml(&text).unwrap().hash().unwrap()
        );
    }
    let text = std::fs::read_to_string("policy/market/mainnet.yaml").unwrap();
    println!(
        "params {}",
        aicf_core::market::Market::parse_yaml(&text).unwrap().hash().unwrap()
    );
}
