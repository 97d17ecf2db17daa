"""A notebook: an epoch is settled again with Polars, compared with what the node keeps, and drawn.

Cells begin with `# %%`: editors run them one by one, `python audit_epoch.py` runs all. `AICF_NODE` names the node,
`AICF_EPOCH` the epoch (the last settled one otherwise), `AICF_OUT` the folder of the pictures.

    pip install 'aicf[rpc]' polars matplotlib
"""

# %% What is kept: the batch, the policy it was made by, and the claims
from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any

import aicf
from aicf.rpc import Client

pl: Any = import_module("polars")
matplotlib: Any = import_module("matplotlib")
matplotlib.use("Agg")
plt: Any = import_module("matplotlib.pyplot")

node = Client(os.environ.get("AICF_NODE", "http://127.0.0.1:8645"))
out = Path(os.environ.get("AICF_OUT", "."))
settlements: list[Any] = list(node.pages(node.list_settlements))
epoch = int(os.environ.get("AICF_EPOCH") or settlements[-1]["epoch"])
kept: Any = node.get_claims(epoch)
print(f"epoch {epoch}: {len(kept['input']['claims'])} claims, batch {kept['batch']['batch_id']}")

# %% The claims as a table: hashes as bytes, amounts as integers
hashes = ["task_id", "nullifier", "proof_ref", "lease_id"]
claims = pl.DataFrame(kept["input"].pop("claims")).with_columns(
    *(pl.col(name).str.slice(2).str.decode("hex") for name in hashes),
    pl.col("units").cast(pl.UInt64),
)
print(claims.group_by("provider_id").agg(pl.len().alias("claims"), pl.col("units").sum()).sort("provider_id"))

# %% Settled again, here: the same rules, the same bytes
done = aicf.settle(kept["policy"], kept["input"], claims=claims)
batch_id = "0x" + done.summary["batch"]["batch_id"].hex()
assert batch_id == kept["batch"]["batch_id"], "the node's batch is not what its claims give"
print(f"settled again: {batch_id}")

# %% Each line against what the node says it paid
lines = pl.DataFrame(done.lines).with_columns(pl.col("claim_key").bin.encode("hex"))
paid = pl.DataFrame([row["line"] for row in node.pages(node.list_payouts, epoch=epoch, limit=1000)])
both = lines.join(paid.with_columns(pl.col("claim_key").str.slice(2)), on="claim_key", suffix="_kept")
assert both.height == lines.height
for column in ("payable", "provider", "miner_share", "treasury", "net_provider"):
    assert (both[column].cast(pl.Int128) == both[f"{column}_kept"].cast(pl.Int128)).all(), column
print(f"{both.height} lines agree")

# %% Who was paid what
by_provider = (
    lines.group_by("provider_id").agg(pl.col("net_provider").cast(pl.Float64).sum().alias("paid")).sort("paid", descending=True)
)
figure, axes = plt.subplots(1, 3, figsize=(15, 4))
axes[0].barh(by_provider["provider_id"].to_list(), by_provider["paid"].to_list(), color="#4c6ef5")
axes[0].set_title(f"Paid in epoch {epoch}, atoms")

# %% How providers stand
bands: dict[str, int] = {"gold": 0, "silver": 0, "bronze": 0, "fail": 0}
for provider in node.pages(node.list_providers):
    for row in provider["sla"]:
        bands[row["band"]] += 1
axes[1].bar(list(bands), list(bands.values()), color=["#f08c00", "#868e96", "#a0522d", "#e03131"])
axes[1].set_title("Providers by band")

# %% How the fund was used, epoch by epoch
used = [(row["epoch"], float(row["totals"]["payable"]), float(row["budget"])) for row in settlements]
axes[2].plot([row[0] for row in used], [row[1] for row in used], marker="o", label="paid", color="#4c6ef5")
axes[2].plot([row[0] for row in used], [row[2] for row in used], linestyle="--", label="budget", color="#868e96")
axes[2].set_yscale("symlog")
axes[2].set_title("The fund, atoms")
axes[2].legend()
figure.tight_layout()
figure.savefig(out / f"epoch-{epoch}.svg")
print(f"drawn: {out / f'epoch-{epoch}.svg'}")
node.close()
