//! Prints the description of the REST interface, as `docs/controller-openapi.json` holds it.

fn main() {
    print!("{}", chainflix_controller::openapi::json());
}
