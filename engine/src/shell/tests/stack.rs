use super::Session;
#[test]
fn stack_use() {
    for line in [
        "f() { f; }; f",
        "f() { (f); }; f",
        "f() { echo $(f); }; f",
        "f() { eval f; }; f",
        "f() { f | f; }; f",
        "f() { if f; then f; fi; }; f",
        "f() { for i in $(f); do f; done; }; f",
    ] {
        let mut kb = 64;
        loop {
            let exe = std::env::args().next().unwrap();
            if kb > 20000 {
                break;
            }
            let ok = std::process::Command::new(exe)
                .args(["stack_child", "--nocapture", "--include-ignored"])
                .env("LINE", &line)
                .env("KB", kb.to_string())
                .output()
                .unwrap()
                .status
                .success();
            if ok {
                break;
            }
            kb = kb * 5 / 4;
        }
        println!("{}: {kb} kB", &line[..line.len().min(40)]);
    }
}
#[test]
#[ignore]
fn stack_child() {
    let Ok(line) = std::env::var("LINE") else { return };
    let kb: usize = std::env::var("KB").unwrap().parse().unwrap();
    std::thread::Builder::new()
        .stack_size(kb * 1024)
        .spawn(move || {
            Session::new().run(&line);
        })
        .unwrap()
        .join()
        .unwrap();
}
