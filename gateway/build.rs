//! Embeds the UI again when it was built again.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // In a debug build the files are read when the gateway starts. In a release build cargo looks whether they changed;
    // while there are none it rebuilds each time, so that the first UI is not missed.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../frontend/dist");
    }
}
