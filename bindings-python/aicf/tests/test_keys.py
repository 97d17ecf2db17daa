"""Keys: what they sign holds in the core, files give them back, and nothing secret is shown."""

from pathlib import Path

import aicf
import pytest

from aicf.tests.conftest import begin

PASSPHRASE = "correct horse battery"


@pytest.mark.parametrize("scheme", ["ml-dsa-65", "dilithium3-ipd", "slh-dsa-shake-128s"])
def test_what_a_key_signs_is_verified_by_the_core(scheme: str) -> None:
    key = aicf.Key.generate(scheme)
    context = b"" if scheme == "dilithium3-ipd" else b"ctx"
    signature = key.sign(b"message", context=context)
    for message, valid in [(b"message", True), (b"other", False)]:
        verdict = aicf.signature_verify(
            scheme=key.scheme, public_key=key.public_key, message=message, context=context, signature=signature
        )
        assert verdict["valid"] is valid
    assert key.scheme == scheme


def test_a_file_gives_the_key_back(tmp_path: Path) -> None:
    key = aicf.Key.generate()
    path = tmp_path / "p.key"
    key.save(path, PASSPHRASE)
    again = aicf.Key.load(path, PASSPHRASE.encode())
    assert again.public_key == key.public_key
    assert again.sign(b"m") == key.sign(b"m")
    with pytest.raises(aicf.AicfError) as wrong:
        aicf.Key.load(path, "another passphrase")
    assert wrong.value.code == "bad_key"
    with pytest.raises(aicf.AicfError):
        key.save(path, PASSPHRASE)


def test_what_cannot_be_is_refused() -> None:
    key = aicf.Key.generate()
    for scheme, code in [("rsa", "out_of_range"), ("dilithium3", "bad_key")]:
        with pytest.raises(aicf.AicfError) as refused:
            aicf.Key.generate(scheme)
        assert refused.value.code == code
    with pytest.raises(aicf.AicfError) as refused:
        key.sign(b"m", context=b"c" * 256)
    assert refused.value.code == "bad_key"
    with pytest.raises(aicf.AicfError) as refused:
        key.sign_command({"heartbeat": {}}, network_id=bytes(32), signer="p", nonce=0, expires_height=0)
    assert refused.value.code == "missing_field"


def test_a_testnet_takes_signed_commands() -> None:
    key = aicf.Key.generate()
    engine = aicf.Engine()
    policy = aicf.policy_check(policy={})["policy"]
    network_id = begin(engine, policy, time_ms=1000, chain_id=7, network="testnet")
    register = {
        "register": {
            "provider_id": "p",
            "kinds": ["ai"],
            "models": [],
            "endpoints": [],
            "public_key": key.public_key,
            "key_scheme": key.scheme,
        }
    }
    assert engine.apply({"height": 1, "time_ms": 1000, "command": register})["status"] == "unsigned"
    signed = key.sign_command(register, network_id=network_id, signer="p", nonce=1, expires_height=5)
    assert engine.apply({"height": 1, "time_ms": 1000, "command": signed})["status"] == "ok"
    assert engine.apply({"height": 1, "time_ms": 1000, "command": signed})["status"] == "stale_nonce"
    assert engine.query("provider.key", {"provider_id": "p"})["scheme"] == "ml-dsa-65"
