"""Keys are random and kept only as a hash."""

from serve.store.people.keys import key_hash, matches, new_key


def test_a_key_matches_only_its_own_hash() -> None:
    key, other = new_key(), new_key()
    assert key != other
    assert key not in key_hash(key)
    assert matches(key, key_hash(key))
    assert not matches(other, key_hash(key))
