//! The exports, generated from the declaration in `aicf_core::abi`; what each does is in [`imp`].

macro_rules! define_exports {
    ($($(#[doc = $doc:literal])* $id:ident = $name:literal ($($arg:ident: $ty:tt),* $(,)?) -> $ret:tt;)*) => {
        $(
            $(#[doc = $doc])*
            #[unsafe(export_name = $name)]
            extern "C" fn $id($($arg: $ty),*) -> $ret {
                imp::$id($($arg),*)
            }
        )*
    };
}

aicf_core::for_each_export!(define_exports);

/// One function for each export, under the same name and with the same arguments.
mod imp {
    use crate::core_api::{self, Code, Engine, Error, Policy, Result};
    use crate::slab::Slab;
    use crate::store::GuestStore;
    use crate::{memory, reply};
    use aicf_core::abi;
    use core::cell::RefCell;

    /// What outlives a call.
    struct Kept<T>(RefCell<T>);

    // SAFETY: a wasm32 instance without the threads proposal has one thread, and the host refuses
    // modules with it.
    unsafe impl<T> Sync for Kept<T> {}

    /// The policies that the host holds open.
    static POLICIES: Kept<Slab<Policy, { abi::POLICY_HANDLES_MAX }>> = Kept(RefCell::new(Slab::new()));
    /// The engine with the policies that it has parsed; its state is the host's.
    static ENGINE: Kept<Engine> = Kept(RefCell::new(Engine::new()));

    pub fn alloc(len: u32) -> u32 {
        memory::allocate(len)
    }

    pub fn free(ptr: u32, len: u32) {
        memory::release(ptr, len);
    }

    pub fn ping() -> u32 {
        abi::ABI_VERSION
    }

    pub fn call(function: u32, policy: u32, format: u32, ptr: u32, len: u32) -> u64 {
        // SAFETY: the ABI: the host leaves the input alone until this call returns.
        let input = unsafe { memory::input(ptr, len) };
        answer(dispatch(function, policy, format, input))
    }

    pub fn testee(ptr: u32, len: u32) -> u64 {
        // SAFETY: as in `call`.
        let line = unsafe { memory::input(ptr, len) };
        memory::hand_over(core_api::testee_line(line))
    }

    pub fn policy_open(format: u32, ptr: u32, len: u32) -> u64 {
        // SAFETY: as in `call`.
        let bytes = unsafe { memory::input(ptr, len) };
        answer(core_api::parse_policy(format, bytes).and_then(|policy| {
            POLICIES
                .0
                .borrow_mut()
                .insert(policy)
                .map(|handle| handle.to_le_bytes().to_vec())
                .ok_or_else(|| Error::at(Code::OutOfRange, "policy", "too many policies are open"))
        }))
    }

    pub fn policy_close(handle: u32) -> u32 {
        u32::from(POLICIES.0.borrow_mut().remove(handle))
    }

    pub fn engine_apply(ptr: u32, len: u32) -> u64 {
        // SAFETY: as in `call`.
        let entry = unsafe { memory::input(ptr, len) };
        answer(core_api::apply(&mut ENGINE.0.borrow_mut(), &GuestStore, entry))
    }

    pub fn engine_query(ptr: u32, len: u32) -> u64 {
        // SAFETY: as in `call`.
        let request = unsafe { memory::input(ptr, len) };
        answer(reply::split_name(request).and_then(|(name, input)| core_api::answer(&GuestStore, name, input)))
    }

    fn dispatch(function: u32, policy: u32, format: u32, input: &[u8]) -> Result<alloc::vec::Vec<u8>> {
        let (name, input) = if function == abi::FUNCTION_BY_NAME {
            reply::split_name(input)?
        } else {
            (core_api::function_name(function)?, input)
        };
        if policy == abi::POLICY_NONE {
            return core_api::call(name, None, format, input);
        }
        let policies = POLICIES.0.borrow();
        let policy = policies
            .get(policy)
            .ok_or_else(|| Error::at(Code::OutOfRange, "policy", "the policy handle is not open"))?;
        core_api::call(name, Some(policy), format, input)
    }

    fn answer(result: Result<alloc::vec::Vec<u8>>) -> u64 {
        memory::hand_over(reply::with_status(result))
    }
}
