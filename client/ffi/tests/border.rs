//! The border as a program in C meets it: the committed header, a program that calls everything wrongly, and the example.
//! Playing a real video through it is part of `scripts/test/49-odd-videos.sh`.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where the library was built: beside this test.
fn library_folder() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    test.parent().expect("it is in a folder").to_path_buf()
}

fn compile(source: &str, program: &Path) {
    let compiled = Command::new("cc")
        .args(["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-I"])
        .arg(here().join("include"))
        .arg(here().join(source))
        .arg("-L")
        .arg(library_folder())
        .args(["-lchainflix_player", "-o"])
        .arg(program)
        .output()
        .expect("cc is installed");
    let words = String::from_utf8_lossy(&compiled.stderr);
    assert!(compiled.status.success(), "{words}");
}

fn run(program: &Path, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .env("LD_LIBRARY_PATH", library_folder())
        .output()
        .expect("it was compiled")
}

/// A wallet that anybody may know.
fn wallet(folder: &Path) -> String {
    let path = folder.join("wallet.key");
    std::fs::write(&path, "//Viewer\n").expect("the folder can be written");
    let owner_only = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&path, owner_only).expect("it is ours");
    path.to_string_lossy().into_owned()
}

#[test]
fn the_committed_header_is_the_one_that_cbindgen_makes() {
    let config = cbindgen::Config::from_file(here().join("cbindgen.toml")).expect("it is read");
    let made = cbindgen::Builder::new()
        .with_crate(here())
        .with_config(config)
        .generate()
        .expect("the crate is read");
    let path = here().join("include/chainflix_player.h");
    let mut header = Vec::new();
    made.write(&mut header);
    let header = String::from_utf8(header).expect("it is text");
    if std::env::var_os("CHAINFLIX_WRITE_HEADER").is_some() {
        std::fs::write(&path, &header).expect("the header can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == header,
        "run this test with CHAINFLIX_WRITE_HEADER=1 and commit {}",
        path.display()
    );
}

#[test]
fn a_program_that_calls_everything_wrongly_gets_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("misuse");
    compile("tests/misuse.c", &program);
    let ran = run(&program, &[&wallet(folder.path())]);
    let words = String::from_utf8_lossy(&ran.stdout);
    assert_eq!(ran.status.code(), Some(0), "{words}");
}

#[test]
fn the_example_says_in_a_sentence_that_nobody_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("play");
    compile("examples/play.c", &program);
    let output = folder.path().join("plain").to_string_lossy().into_owned();
    let (wallet, magnet) = (wallet(folder.path()), "5a".repeat(32));
    let arguments = ["ws://127.0.0.1:1", &wallet, &magnet, &output];
    let ran = run(&program, &arguments);
    let words = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(1), "{words}");
    assert!(words.starts_with("error: can't connect: "), "{words}");
    assert!(words.contains("ws://127.0.0.1:1"), "{words}");
}
