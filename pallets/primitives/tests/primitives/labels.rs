use chainflix_primitives::{
    AccountId, Hasher, Magnet, Sha256,
    api::{EXPORT_TO_CLIENT, EXPORT_TO_VERIFIER, session_info},
    duty,
    hash::label,
    ids::CellId,
    placement,
};

/// Everything that stands in front of hashed or signed bytes.
fn all() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = label::ALL.iter().map(|label| label.to_vec()).collect();
    all.extend([EXPORT_TO_VERIFIER.to_vec(), EXPORT_TO_CLIENT.to_vec()]);
    let info = session_info(&[0; 32], &AccountId([0; 32]));
    all.push(info[..info.len() - 64].to_vec());
    all
}

#[test]
fn no_label_is_a_prefix_of_another() {
    let all = all();
    for (place, label) in all.iter().enumerate() {
        for (other_place, other) in all.iter().enumerate() {
            assert!(
                place == other_place || !other.starts_with(label),
                "{} begins {}",
                String::from_utf8_lossy(label),
                String::from_utf8_lossy(other)
            );
        }
    }
}

#[test]
fn every_label_of_the_module_is_in_the_list_and_names_the_project() {
    let source = include_str!("../../src/hash.rs");
    let declared = source.matches(": &[u8] = b\"").count();
    assert_eq!(label::ALL.len(), declared);
    for label in all() {
        assert!(label.is_ascii() && label.starts_with(b"chainflix/"));
    }
}

#[test]
fn the_two_uses_of_the_set_secret_label_part_before_any_content() {
    let vote = duty::set_secret_payload(
        &[0; 32],
        &AccountId([0; 32]),
        &duty::SetSecretDuty::Acknowledge {
            epoch: 0,
            commitment: [0; 32],
        },
    );
    let commitment = duty::set_secret_commitment_preimage(0, &[0; 32]);
    let behind = label::SET_SECRET.len();
    assert_eq!(vote[..behind], *label::SET_SECRET);
    assert_eq!(commitment[..behind], *label::SET_SECRET);
    assert_eq!(vote[behind..behind + 5], *b"/vote");
    assert_eq!(commitment[behind..behind + 5], *b"/comm");
}

#[test]
fn a_wallet_that_signs_a_delegation_signs_nothing_else() {
    // Both are wrapped for wallets; they part in the first byte after the wrapper's common beginning.
    let delegation = crate::samples::delegation().text();
    let new_video = placement::announcement_text(&[0; 32], &[0; 32], &Magnet([0; 32]), 0);
    assert!(delegation.starts_with(b"<Bytes>chainflix session 1\n"));
    assert!(new_video.starts_with(b"<Bytes>chainflix/new-video/1"));
    for text in [delegation, new_video] {
        assert!(text.ends_with(b"</Bytes>"));
    }
}

#[test]
fn a_cell_id_is_the_hash_of_label_magnet_rendition_and_index() {
    let magnet = Magnet([0xab; 32]);
    let mut preimage = b"chainflix/cell".to_vec();
    preimage.extend([0xab; 32]);
    preimage.extend([2, 0x34, 0x12]);
    assert_eq!(
        CellId::of::<Sha256>(&magnet, 2, 0x1234).0,
        Sha256::sha256(&preimage)
    );
}

#[test]
fn every_id_reads_its_own_hex_and_refuses_anything_else() {
    let id = Magnet(crate::samples::bytes("an id"));
    let text = id.to_string();
    assert_eq!(Magnet::from_hex(&text), Some(id));
    assert_eq!(
        Magnet::from_hex(&format!("0x{}", text.to_uppercase())),
        Some(id)
    );
    for wrong in [
        "",
        "0x",
        &text[..62],
        &format!("{text}00"),
        &text.replace(&text[..1], "g"),
    ] {
        assert_eq!(Magnet::from_hex(wrong), None, "{wrong}");
    }
    // Two bytes that are one character must not split one.
    assert_eq!(Magnet::from_hex(&"ä".repeat(32)), None);
}
