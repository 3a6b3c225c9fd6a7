#![no_main]

mod digest;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| digest::digest(rpc::encoding::Encoding::OncRpc, bytes));
