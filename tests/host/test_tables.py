"""tools/tables.py: what was printed gets to its place, and nothing else."""
import tables

PRINTED = """lock + unlock       group       instrs  limit   peer locked
tas                 unfair           5             5      1

lock + unlock       pairs/us: 1 thread  2 threads  10 % .. 90 %
tas                               3.74       1.03
"""
PAGE = """# T

<!-- tables: bench-host: lock + unlock, together -->
```
old
```
<!-- end -->

between

<!-- tables: bench-host: lock + unlock -->
<!-- end -->
"""


def test_a_table_gets_to_its_place():
    known = tables.host_tables(PRINTED)
    assert set(known) == {"lock + unlock", "lock + unlock, together"}
    text, missing = tables.filled(PAGE, {"bench-host": known})
    assert not missing and "old" not in text
    assert text.index("3.74") < text.index("between") < text.index("unfair")
    again, _ = tables.filled(text, {"bench-host": known})
    assert again == text


def test_a_place_without_a_table_is_told_and_left():
    text, missing = tables.filled(PAGE, {"bench-host": {}})
    assert text == PAGE and len(missing) == 2
    assert tables.filled(PAGE, {}) == (PAGE, [])


def test_every_place_of_the_pages_has_a_source():
    known = {"bench-host": {"lock + unlock", "read lock + unlock",
                            "put + take", "64 finds + 64 not"},
             "bench-rcu": {"all"}, "bench": None}
    known["bench-host"] |= {n + ", together" for n in known["bench-host"]}
    places = tables.wanted(tables.pages().values())
    assert places and set(places) <= set(known)
    for source, names in places.items():
        if source == "bench":
            import bench
            assert set(names) <= set(bench.ROWS)
        else:
            assert set(names) <= known[source], source
