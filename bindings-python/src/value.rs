//! The way between values of Python and those of the core, both ways.

use std::borrow::Cow;

use aicf_core::codec::tree::Tree;
use aicf_core::ffi::{Out, Walk, exact, float, lone_surrogate, refused};
use aicf_core::{Code, Result};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMemoryView, PyString, PyTuple};

/// What stands for an argument that is not there, where None is a value.
#[pyclass(frozen, module = "aicf._aicf")]
pub struct Absent;

#[pymethods]
impl Absent {
    fn __repr__(&self) -> &'static str {
        "ABSENT"
    }
    fn __bool__(&self) -> bool {
        false
    }
    fn __reduce__(&self) -> &'static str {
        "ABSENT"
    }
}

/// The fields of a record under way.
pub type Fields = Vec<(Cow<'static, str>, Tree<'static>)>;

/// Reads the values of one call.
#[derive(Default)]
pub struct Reader {
    walk: Walk,
    /// The containers that hold the one being read: who stands here again is in a circle.
    open: Vec<usize>,
}

impl Reader {
    /// The fields of an input.
    pub fn fields(&mut self, dict: &Bound<'_, PyDict>) -> Result<Fields> {
        match self.read(dict.as_any())? {
            Tree::Map(fields) => Ok(fields),
            Tree::Refused(code, message) => Err(aicf_core::Error::at(code, "input", message)),
            _ => Ok(Fields::new()),
        }
    }

    /// Any value; what no field takes is refused where the core meets it.
    pub fn read(&mut self, value: &Bound<'_, PyAny>) -> Result<Tree<'static>> {
        self.walk.value()?;
        Ok(if value.is_none() {
            Tree::Null
        } else if let Ok(text) = value.cast::<PyString>() {
            text.to_str()
                .map_or_else(|_| lone_surrogate(), |text| Tree::Text(Cow::Owned(text.to_owned())))
        } else if let Ok(flag) = value.cast::<PyBool>() {
            Tree::Bool(flag.is_true())
        } else if let Ok(number) = value.cast::<PyInt>() {
            integer(number)
        } else if let Ok(number) = value.cast::<PyFloat>() {
            float(&format!("{:?}", number.value()))
        } else if let Ok(dict) = value.cast::<PyDict>() {
            self.dict(dict)?
        } else if let Ok(list) = value.cast::<PyList>() {
            self.list(value, list.iter())?
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            self.list(value, tuple.iter())?
        } else {
            other(value)
        })
    }

    /// Into a container; `false` for one that is too deep, or holds itself.
    fn enter(&mut self, value: &Bound<'_, PyAny>) -> bool {
        let identity = value.as_ptr() as usize;
        if self.open.contains(&identity) || !self.walk.enter() {
            return false;
        }
        self.open.push(identity);
        true
    }

    fn leave(&mut self) {
        self.open.pop();
        self.walk.leave();
    }

    fn list<'py>(
        &mut self,
        value: &Bound<'py, PyAny>,
        items: impl Iterator<Item = Bound<'py, PyAny>>,
    ) -> Result<Tree<'static>> {
        if !self.enter(value) {
            return Ok(Walk::too_deep());
        }
        // The elements first: reading one may run code that changes the list.
        let items: Vec<Bound<'py, PyAny>> = items.collect();
        let items = items.iter().map(|item| self.read(item)).collect::<Result<_>>()?;
        self.leave();
        Ok(Tree::List(items))
    }

    fn dict(&mut self, dict: &Bound<'_, PyDict>) -> Result<Tree<'static>> {
        if !self.enter(dict.as_any()) {
            return Ok(Walk::too_deep());
        }
        let entries: Vec<(Bound<'_, PyAny>, Bound<'_, PyAny>)> = dict.iter().collect();
        let mut fields = Fields::with_capacity(entries.len());
        for (key, value) in &entries {
            let Ok(key) = key.cast::<PyString>() else {
                self.leave();
                return Ok(refused("a key is a str"));
            };
            if value.is_instance_of::<Absent>() {
                continue;
            }
            let Ok(key) = key.to_str() else {
                self.leave();
                return Ok(lone_surrogate());
            };
            fields.push((Cow::Owned(key.to_owned()), self.read(value)?));
        }
        self.leave();
        Ok(Tree::Map(fields))
    }
}

fn integer(number: &Bound<'_, PyInt>) -> Tree<'static> {
    if let Ok(small) = number.extract::<i64>() {
        return exact(Some(u128::from(small.unsigned_abs())), small < 0);
    }
    if let Ok(large) = number.extract::<u128>() {
        return exact(Some(large), false);
    }
    let negative = number.lt(0).unwrap_or(true);
    exact(number.extract::<i128>().ok().map(i128::unsigned_abs), negative)
}

/// Bytes of any kind, and integers of other libraries.
fn other(value: &Bound<'_, PyAny>) -> Tree<'static> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Tree::Bytes(Cow::Owned(bytes.as_bytes().to_vec()));
    }
    if let Ok(bytes) = value.cast::<PyByteArray>() {
        return Tree::Bytes(Cow::Owned(bytes.to_vec()));
    }
    if value.is_instance_of::<PyMemoryView>() {
        let Ok(buffer) = PyBuffer::<u8>::get(value) else {
            return Tree::Refused(Code::BadEncoding, "a memoryview of bytes that is not released");
        };
        return match buffer.to_vec(value.py()) {
            Ok(bytes) => Tree::Bytes(Cow::Owned(bytes)),
            Err(_) => Tree::Refused(Code::BadEncoding, "a memoryview that cannot be read"),
        };
    }
    // What says that it is an integer: numpy's, for one.
    match value
        .call_method0("__index__")
        .map(|number| number.cast_into::<PyInt>())
    {
        Ok(Ok(number)) => integer(&number),
        _ => refused("no field takes a value of this type"),
    }
}

/// A result as Python has it.
pub fn to_python<'py>(py: Python<'py>, out: &Out) -> PyResult<Bound<'py, PyAny>> {
    Ok(match out {
        Out::Null => py.None().into_bound(py),
        Out::Bool(value) => PyBool::new(py, *value).to_owned().into_any(),
        Out::Int(value) => value.into_pyobject(py)?.into_any(),
        Out::Amount(value) => value.into_pyobject(py)?.into_any(),
        Out::Signed(value) => value.into_pyobject(py)?.into_any(),
        Out::Text(Cow::Borrowed(name)) => PyString::intern(py, name).into_any(),
        Out::Text(text) => PyString::new(py, text).into_any(),
        Out::Bytes(bytes) => PyBytes::new(py, bytes).into_any(),
        Out::List(items) => {
            let list = PyList::empty(py);
            for item in items {
                list.append(to_python(py, item)?)?;
            }
            list.into_any()
        }
        Out::Object(fields) => {
            let dict = PyDict::new(py);
            for (name, value) in fields {
                let name = match name {
                    Cow::Borrowed(name) => PyString::intern(py, name),
                    Cow::Owned(name) => PyString::new(py, name),
                };
                dict.set_item(name, to_python(py, value)?)?;
            }
            dict.into_any()
        }
    })
}

/// JSON text from a str or bytes, as bytes: what is no UTF-8 is for the core to say.
pub fn json_text(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    let Ok(text) = value.cast::<PyString>() else {
        return Err(PyTypeError::new_err("JSON text is a str or bytes"));
    };
    // A lone surrogate has no UTF-8; one byte that is none either stands for it.
    Ok(text
        .to_str()
        .map_or_else(|_| vec![0xff], |text| text.as_bytes().to_vec()))
}
