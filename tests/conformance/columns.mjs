// Settlements over columns in the two JavaScript packages: the same as over records, and what bad columns are told.

const EPOCH = {
  chain_id: 1337,
  epoch: 3,
  height_start: 300,
  height_end: 399,
  stakes: { p1: 1_000n },
  slashes: [{ provider_id: "p1", amount: 100_000n, reason: "qos" }],
};

/** A draw that is the same everywhere. */
function draws(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Columns of so many claims. */
export function columnsOf(rows) {
  const draw = draws(7);
  const hashes = (kind) => {
    const bytes = new Uint8Array(rows * 32);
    const view = new DataView(bytes.buffer);
    for (let row = 0; row < rows; row += 1) {
      view.setUint32(row * 32, Math.imul(row + 1, 2_654_435_761) >>> 0);
      view.setUint32(row * 32 + 24, kind);
      view.setUint32(row * 32 + 28, row);
    }
    return bytes;
  };
  const codes = (many) => Uint32Array.from({ length: rows }, () => draw(many));
  const names = (prefix, many) => Array.from({ length: many }, (_, number) => `${prefix}${number}`);
  return {
    task_id: hashes(1),
    block_height: Uint32Array.from({ length: rows }, () => 300 + draw(100)),
    nullifier: hashes(2),
    provider_id: { values: names("p", 50), codes: codes(50) },
    miner: { values: names("miner", 5), codes: codes(5) },
    requester: Array.from({ length: rows }, () => `é${draw(4)}`),
    kind: { values: ["ai", "quantum"], codes: codes(2) },
    units: BigUint64Array.from({ length: rows }, () => BigInt(draw(5_000))),
    quality_ppm: {
      values: Uint32Array.from({ length: rows }, () => 900_000 + draw(2) * 200_000),
      valid: Uint8Array.from({ length: rows }, () => draw(2)),
    },
    proof_ref: hashes(3),
  };
}

/** The same claims as records. */
function recordsOf(columns, rows) {
  const value = (column, row) => {
    if (column.valid !== undefined && column.valid[row] === 0) return undefined;
    if (column.codes !== undefined) return column.values[column.codes[row]];
    const values = Array.isArray(column) || ArrayBuffer.isView(column) ? column : column.values;
    return values instanceof Uint8Array ? values.subarray(row * 32, row * 32 + 32) : values[row];
  };
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, value(column, row)])),
  );
}

const TEXTS = ["provider_id", "miner", "kind"];

/** A value as text, whatever it holds. */
const text = (value) =>
  JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? `${inner}n` : inner instanceof Uint8Array ? [...inner] : inner));

/** Runs the comparison and the table of bad columns; `fail` is told of differences. How many checks there were. */
export function checkColumns({ AicfError, Policy, settleColumns, settlementSettle }, fail) {
  const rows = 2_000;
  const columns = columnsOf(rows);
  const policy = new Policy({ fund: { budget_per_epoch: 5_000_000n, cap_policy: "defer" } });
  const { lines, ...expected } = settlementSettle({ ...EPOCH, claims: recordsOf(columns, rows) }, policy);
  const settled = settleColumns(EPOCH, columns, policy);
  if (text(settled.summary) !== text(expected)) fail("columns: another summary");
  lines.forEach((line, row) => {
    for (const [name, value] of Object.entries(line)) {
      const column = settled.lines[name];
      let got = column[row];
      if (name === "claim_key") got = column.subarray(row * 32, row * 32 + 32);
      else if (TEXTS.includes(name)) got = column.values[column.codes[row]];
      if (text(got) !== text(value)) fail(`columns: line ${row} has another ${name}`);
    }
  });
  if (lines.length !== rows || settled.lines.gross.length !== rows) fail("columns: another number of lines");
  if (settleColumns(EPOCH, columnsOf(0)).summary.batch.claims_count !== 0) fail("columns: no claims are claims");

  const two = columnsOf(2);
  const table = [
    [{ units: BigInt64Array.of(1n, -1n) }, "out_of_range", "input.claims[1].units"],
    [{ units: new Float64Array(2) }, "wrong_type", "input.claims[0].units"],
    [{ units: ["1", "x"] }, "bad_encoding", "input.claims[1].units"],
    [{ units: [1, 2] }, "wrong_type", "input.claims[0].units"],
    [{ units: undefined }, "missing_field", "input.claims[0].units"],
    [{ units: { values: BigUint64Array.of(1n, 1n), valid: Uint8Array.of(1, 0) } }, "missing_field", "input.claims[1].units"],
    [{ units: BigUint64Array.of(1n) }, "bad_length", "input.claims.units"],
    [{ nullifier: new Uint8Array(63) }, "bad_length", "input.claims.nullifier"],
    [{ block_height: BigUint64Array.of(300n, 2n ** 53n) }, "out_of_range", "input.claims[1].block_height"],
    [{ kind: ["ai", "gpu"] }, "out_of_range", "input.claims[1].kind"],
    [{ kind: { values: ["ai"], codes: Uint32Array.of(0, 7) } }, "out_of_range", "input.claims[1].kind"],
    [{ miner: ["a", ""] }, "bad_length", "input.claims[1].miner"],
    [{ miner: ["a", "\ud800"] }, "bad_encoding", "input.claims[1].miner"],
    [{ miner: 5 }, "wrong_type", "input.claims[0].miner"],
    [{ more: ["a", "b"] }, "unknown_field", "input.claims[0].more"],
  ];
  const refusal = (name, call, code, path) => {
    try {
      call();
      fail(`columns, ${name}: a result where ${code} belongs`);
    } catch (error) {
      if (!(error instanceof AicfError) || error.code !== code || error.path !== path) fail(`columns, ${name}, ${code}: ${error}`);
    }
  };
  for (const [change, code, path] of table) {
    refusal(path, () => settleColumns(EPOCH, { ...two, ...change }), code, path);
  }
  refusal("no columns", () => settleColumns(EPOCH, 5), "wrong_type", "input.claims");
  refusal("claims twice", () => settleColumns({ ...EPOCH, claims: [] }, two), "conflict", "input.claims");
  refusal("no epoch", () => settleColumns({ chain_id: 1 }, two), "missing_field", "input.epoch");
  refusal("no handle", () => settleColumns(EPOCH, two, {}), "wrong_type", "policy");
  return table.length + 7;
}
