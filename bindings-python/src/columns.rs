//! Settlement over Arrow tables: claims come in columns from any library that speaks the Arrow PyCapsule
//! interface, and the payout lines leave the same way. Nothing in between is a Python object.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Instant;

use aicf_core::codec::tree::Tree;
use aicf_core::ffi::{Out, exact, refused};
use aicf_core::policy::default_policy;
use aicf_core::settlement::{self, Settled, columns};
use aicf_core::{Error, Result};
use arrow_array::builder::{FixedSizeBinaryBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int64Type, UInt64Type};
use arrow_array::{
    Array, ArrayRef, BinaryViewArray, Decimal128Array, FixedSizeBinaryArray, Int64Array, RecordBatch, StringViewArray,
    UInt64Array,
};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};
use pyo3_arrow::PyTable;
use pyo3_arrow::error::PyArrowResult;
use pyo3_arrow::ffi::{ArrayIterator, to_stream_pycapsule};

use crate::failure::{caught, raise};
use crate::policy::Chosen;
use crate::value::{Fields, Reader, to_python};

/// Lines in a batch: small enough to stay in a cache, large enough not to matter.
const BATCH_ROWS: usize = 1 << 16;
/// Digits of an Arrow decimal.
const AMOUNT_DIGITS: u8 = 38;
/// The first amount that has more.
const AMOUNT_END: i128 = 10_i128.pow(AMOUNT_DIGITS as u32);

/// A column in the one form of its kind.
enum Column {
    Text(StringViewArray),
    Bytes(BinaryViewArray),
    Hashes(FixedSizeBinaryArray),
    Signed(Int64Array),
    Unsigned(UInt64Array),
    Decimal(Decimal128Array),
    Absent,
    Refused(&'static str),
}

impl Column {
    fn of(array: &ArrayRef) -> PyArrowResult<Self> {
        let inner = match array.data_type() {
            DataType::Dictionary(_, values) => values.as_ref(),
            other => other,
        };
        Ok(match inner {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                Self::Text(cast(array, &DataType::Utf8View)?.as_string_view().clone())
            }
            DataType::FixedSizeBinary(_) if array.data_type() == inner => {
                Self::Hashes(array.as_fixed_size_binary().clone())
            }
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
                Self::Bytes(cast(array, &DataType::BinaryView)?.as_binary_view().clone())
            }
            signed if signed.is_signed_integer() => {
                Self::Signed(cast(array, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
            }
            unsigned if unsigned.is_unsigned_integer() => {
                Self::Unsigned(cast(array, &DataType::UInt64)?.as_primitive::<UInt64Type>().clone())
            }
            DataType::Decimal128(_, 0) => Self::Decimal(array.as_primitive::<Decimal128Type>().clone()),
            DataType::Null => Self::Absent,
            other if other.is_floating() || matches!(other, DataType::Decimal128(..)) => {
                Self::Refused("a column of fractions where no field has any")
            }
            _ => Self::Refused("no field is of this column's type"),
        })
    }

    fn cell(&self, row: usize) -> Option<Tree<'_>> {
        let array: &dyn Array = match self {
            Self::Text(array) => array,
            Self::Bytes(array) => array,
            Self::Hashes(array) => array,
            Self::Signed(array) => array,
            Self::Unsigned(array) => array,
            Self::Decimal(array) => array,
            Self::Absent => return None,
            Self::Refused(why) => return Some(refused(why)),
        };
        if array.is_null(row) {
            return None;
        }
        let signed = |value: i128| exact(Some(value.unsigned_abs()), value < 0);
        Some(match self {
            Self::Text(array) => Tree::Text(array.value(row).into()),
            Self::Bytes(array) => Tree::Bytes(array.value(row).into()),
            Self::Hashes(array) => Tree::Bytes(array.value(row).into()),
            Self::Signed(array) => signed(array.value(row).into()),
            Self::Unsigned(array) => exact(Some(array.value(row).into()), false),
            Self::Decimal(array) => signed(array.value(row)),
            Self::Absent | Self::Refused(_) => return None,
        })
    }
}

/// A table in parts; rows are counted through all of them.
struct Table {
    schema: SchemaRef,
    parts: Vec<(usize, Vec<Column>)>,
    rows: usize,
    /// The part of the last cell: rows are read in order.
    last: Cell<usize>,
}

impl Table {
    fn of(table: PyTable) -> PyArrowResult<Self> {
        let (batches, schema) = table.into_inner();
        let mut rows = 0;
        let mut parts = Vec::with_capacity(batches.len());
        for batch in batches.iter().filter(|batch| batch.num_rows() > 0) {
            let columns = batch.columns().iter().map(Column::of).collect::<PyArrowResult<_>>()?;
            parts.push((rows, columns));
            rows += batch.num_rows();
        }
        Ok(Self {
            schema,
            parts,
            rows,
            last: Cell::new(0),
        })
    }
}

impl columns::Columns for Table {
    fn rows(&self) -> usize {
        self.rows
    }
    fn names(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }
    fn cell(&self, column: usize, row: usize) -> Option<Tree<'_>> {
        let starts_after = |part: usize| self.parts.get(part).is_none_or(|(start, _)| *start > row);
        let mut part = self.last.get();
        if starts_after(part) || !starts_after(part + 1) {
            part = self.parts.partition_point(|(start, _)| *start <= row).checked_sub(1)?;
            self.last.set(part);
        }
        let (start, columns) = self.parts.get(part)?;
        columns.get(column)?.cell(row - start)
    }
}

/// A settled epoch: its summary as a dict, and its payout lines as an Arrow table.
#[pyclass(frozen, module = "aicf._aicf")]
pub struct Settlement {
    summary: Py<PyAny>,
    lines: Py<Lines>,
}

#[pymethods]
impl Settlement {
    /// What `settlement_settle` gives, without the lines.
    #[getter]
    fn summary(&self, py: Python<'_>) -> Py<PyAny> {
        self.summary.clone_ref(py)
    }

    /// The payout lines, in the order of their claim keys.
    #[getter]
    fn lines(&self, py: Python<'_>) -> Py<Lines> {
        self.lines.clone_ref(py)
    }
}

/// Payout lines as an Arrow table: for `pyarrow.table`, `polars.DataFrame`, `pandas`, `duckdb` and the like.
#[pyclass(frozen, module = "aicf._aicf")]
pub struct Lines {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

#[pymethods]
impl Lines {
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyArrowResult<Bound<'py, PyCapsule>> {
        let field = Arc::new(Field::new_struct("", self.schema.fields().clone(), false));
        let arrays = self.batches.clone().into_iter().map(|batch| {
            let array: ArrayRef = Arc::new(arrow_array::StructArray::from(batch));
            Ok(array)
        });
        to_stream_pycapsule(py, Box::new(ArrayIterator::new(arrays, field)), requested_schema)
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

/// How long the settlement itself takes in seconds, over claims that are records already: what the way through
/// tables is measured against.
#[pyfunction]
pub fn bare_settle(py: Python<'_>, epoch: &Bound<'_, PyDict>, claims: PyTable) -> PyArrowResult<f64> {
    let epoch = Reader::default().fields(epoch).map_err(|error| raise(py, error))?;
    let table = Table::of(claims)?;
    let took = py.detach(move || {
        caught(|| {
            let (policy, input) = (default_policy()?, columns::input(&Tree::Map(epoch), &table)?);
            let hash = policy.hash()?;
            let start = Instant::now();
            let settled = settlement::settle(policy, &hash, &input)?;
            Ok((start.elapsed().as_secs_f64(), settled.batch.claims_count))
        })
    });
    Ok(took.map_err(|error| raise(py, error))?.0)
}

/// Settles an epoch whose claims are a table. `epoch` is the input of `settlement_settle` without `claims`.
#[pyfunction]
#[pyo3(signature = (policy, epoch, claims))]
pub fn settle(
    py: Python<'_>,
    policy: Option<&Bound<'_, PyAny>>,
    epoch: &Bound<'_, PyDict>,
    claims: PyTable,
) -> PyArrowResult<Settlement> {
    let mut reader = Reader::default();
    let mut fields: Fields = reader.fields(epoch).map_err(|error| raise(py, error))?;
    let policy = Chosen::read(py, policy, &mut reader, &mut fields)?;
    let epoch = Tree::Map(fields);
    let table = Table::of(claims)?;
    let settled = py.detach(move || {
        caught(|| {
            let settled = columns::settle(policy.handle(), &epoch, &table)?;
            let done = (Out::of(&settled.summary())?, lines(&settled)?);
            // Millions of texts are given back meanwhile: nobody has to wait for that.
            std::thread::spawn(move || drop(settled));
            Ok(done)
        })
    });
    let (summary, lines) = settled.map_err(|error| raise(py, error))?;
    Ok(Settlement {
        summary: to_python(py, &summary)?.unbind(),
        lines: Py::new(py, lines)?,
    })
}

const AMOUNTS: [&str; 7] = [
    "gross",
    "payable",
    "provider",
    "miner_share",
    "treasury",
    "penalty",
    "net_provider",
];

fn lines(settled: &Settled<'_>) -> Result<Lines> {
    let amount = DataType::Decimal128(AMOUNT_DIGITS, 0);
    let mut fields = vec![Field::new("claim_key", DataType::FixedSizeBinary(32), false)];
    fields.extend(["provider_id", "miner", "kind"].map(|name| Field::new(name, DataType::Utf8, false)));
    fields.extend(AMOUNTS.map(|name| Field::new(name, amount.clone(), false)));
    let schema = Arc::new(Schema::new(fields));
    let broken = |error: arrow_schema::ArrowError| Error::invariant(&format!("a table of lines: {error}"));
    let mut batches = Vec::new();
    let mut all = settled.payout_lines().peekable();
    while all.peek().is_some() {
        let mut keys = FixedSizeBinaryBuilder::with_capacity(BATCH_ROWS, 32);
        let mut texts: [StringBuilder; 3] =
            std::array::from_fn(|_| StringBuilder::with_capacity(BATCH_ROWS, BATCH_ROWS * 16));
        let mut amounts: [Vec<i128>; 7] = std::array::from_fn(|_| Vec::with_capacity(BATCH_ROWS));
        for line in all.by_ref().take(BATCH_ROWS) {
            keys.append_value(line.claim_key.0).map_err(broken)?;
            let [provider, miner, kind] = &mut texts;
            provider.append_value(line.provider_id);
            miner.append_value(line.miner);
            kind.append_value(line.kind.as_str());
            let values = [
                line.gross,
                line.payable,
                line.provider,
                line.miner_share,
                line.treasury,
                line.penalty,
                line.net_provider,
            ];
            for (column, value) in amounts.iter_mut().zip(values) {
                let value = i128::try_from(value.0).ok().filter(|value| *value < AMOUNT_END);
                column.push(value.ok_or_else(|| Error::overflow("an amount of more than 38 digits"))?);
            }
        }
        let mut columns: Vec<ArrayRef> = vec![Arc::new(keys.finish())];
        columns.extend(texts.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef));
        for column in amounts {
            let column = Decimal128Array::from(column).with_data_type(amount.clone());
            columns.push(Arc::new(column));
        }
        batches.push(RecordBatch::try_new(Arc::clone(&schema), columns).map_err(broken)?);
    }
    Ok(Lines { schema, batches })
}
