//! Both sides of the border as wasmtime sees them, generated from the declaration in `aicf_core::abi`.

use super::error::{Error, Result};
use super::imports::{self, HostState, HostStore};
use aicf_core::abi::{self, Signature, Type};
use wasmtime::{AsContextMut, Caller, ExternType, FuncType, Instance, Linker, Module, TypedFunc, ValType};

macro_rules! guest_functions {
    ($($(#[doc = $doc:literal])* $id:ident = $name:literal ($($arg:ident: $ty:tt),* $(,)?) -> $ret:tt;)*) => {
        /// The exports of one instance.
        pub struct Guest {
            $($(#[doc = $doc])* pub $id: TypedFunc<($($ty,)*), $ret>,)*
        }

        impl Guest {
            /// Looks the exports up, once for the life of the instance.
            pub fn resolve(instance: &Instance, mut store: impl AsContextMut) -> wasmtime::Result<Self> {
                Ok(Self { $($id: instance.get_typed_func(&mut store, $name)?,)* })
            }
        }
    };
}

macro_rules! define_imports {
    ($($(#[doc = $doc:literal])* $id:ident = $name:literal ($($arg:ident: $ty:tt),* $(,)?) -> $ret:tt;)*) => {
        /// Defines every import that a guest may ask for.
        pub fn define_imports<S: HostStore>(linker: &mut Linker<HostState<S>>) -> wasmtime::Result<()> {
            $(
                linker.func_wrap(
                    abi::IMPORT_MODULE,
                    $name,
                    |caller: Caller<'_, HostState<S>>, $($arg: $ty),*| -> wasmtime::Result<$ret> {
                        imports::$id(caller, $($arg),*)
                    },
                )?;
            )*
            Ok(())
        }
    };
}

aicf_core::for_each_export!(guest_functions);
aicf_core::for_each_import!(define_imports);

/// Compares a module's imports and exports with the ABI, so that a misfit is named before anything runs.
///
/// Exports beyond the ABI are no harm (linkers add some); imports beyond it are.
///
/// # Errors
/// [`Error::Interface`].
pub fn check_interface(module: &Module) -> Result<()> {
    match module.get_export(abi::MEMORY_EXPORT) {
        Some(ExternType::Memory(_)) => {}
        _ => return Err(misfit(format!("it exports no memory `{}`", abi::MEMORY_EXPORT))),
    }
    for signature in abi::EXPORTS {
        match module.get_export(signature.name) {
            Some(ExternType::Func(found)) => check_type(signature, &found)?,
            _ => return Err(misfit(format!("it exports no function `{}`", signature.name))),
        }
    }
    for import in module.imports() {
        let known = abi::IMPORTS
            .iter()
            .find(|known| import.module() == abi::IMPORT_MODULE && import.name() == known.name);
        match (known, import.ty()) {
            (Some(signature), ExternType::Func(found)) => check_type(signature, &found)?,
            _ => {
                return Err(misfit(format!(
                    "it imports `{}.{}`, which no host gives",
                    import.module(),
                    import.name()
                )));
            }
        }
    }
    Ok(())
}

fn check_type(signature: &Signature, found: &FuncType) -> Result<()> {
    let same = |expected: Type, found: ValType| {
        matches!(
            (expected, found),
            (Type::U32, ValType::I32) | (Type::U64 | Type::I64, ValType::I64)
        )
    };
    let params = found.params().len() == signature.params.len()
        && signature
            .params
            .iter()
            .zip(found.params())
            .all(|((_, expected), found)| same(*expected, found));
    let results = found.results().len() == usize::from(signature.result.is_some())
        && signature
            .result
            .iter()
            .zip(found.results())
            .all(|(expected, found)| same(*expected, found));
    if params && results {
        Ok(())
    } else {
        Err(misfit(format!("`{}` has the type {found}", signature.name)))
    }
}

fn misfit(what: String) -> Error {
    Error::Interface(what)
}
