#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| smpp_inspect::testkit::fuzz_as_smsc::as_smsc(octets));
