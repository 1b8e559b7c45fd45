"""What PostgreSQL's catalogue holds against what the models say, CHECK constraints and indexes included.

The models are created once more as temporary tables in a transaction that is rolled back, so that PostgreSQL itself
writes both sides in its own words and plain text can be compared. A role that may only read and write rows can do it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from dashboard.db.models import Base

_COLUMNS = text("""
    select c.relname || '.' || a.attname,
           format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
           || case a.attidentity when 'd' then ' identity' when 'a' then ' identity always' else '' end
           || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = (:namespace)::regnamespace and c.relkind = 'r' and c.relname = any(:tables)
    """)
_CONSTRAINTS = text("""
    select c.relname || ' constraint ' || k.conname,
           pg_get_constraintdef(k.oid) || case when k.convalidated then '' else ' not valid' end
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    where c.relnamespace = (:namespace)::regnamespace and c.relname = any(:tables) and k.contype <> 'n'
    """)
_INDEXES = text("""
    select c.relname || ' index ' || i.relname,
           regexp_replace(pg_get_indexdef(x.indexrelid), ' ON \\S+ USING', ' USING')
           || case when x.indisvalid then '' else ' invalid' end
    from pg_index x
    join pg_class i on i.oid = x.indexrelid
    join pg_class c on c.oid = x.indrelid
    where c.relnamespace = (:namespace)::regnamespace and c.relname = any(:tables)
    """)
_AUDIT_TRIGGER = text("""
    select exists (
        select from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relname = 'audit' and c.relnamespace = current_schema()::regnamespace
          and t.tgname = 'audit_append_only' and t.tgenabled in ('O', 'A')
    )
    """)
_PRIVILEGES = text("""
    select c.relname,
           array(select p from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p
                 where has_table_privilege(c.oid, p))
    from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relname = any(:tables)
      and not pg_has_role(c.relowner, 'usage')
    """)

ROW_PRIVILEGES = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
AUDIT_PRIVILEGES = frozenset({"SELECT", "INSERT"})


def differences(connection: Connection) -> tuple[str, ...]:
    """Each way in which the database is not what the models say, in words. Leaves nothing behind."""
    tables = sorted(Base.metadata.tables)
    schema = str(connection.scalar(text("select current_schema()")))
    found = _snapshot(connection, schema, tables)
    guarded = bool(connection.scalar(_AUDIT_TRIGGER))
    privileges = list(_privilege_faults(connection, tables))
    savepoint = connection.begin_nested()
    Base.metadata.create_all(connection.execution_options(schema_translate_map={None: "pg_temp"}), checkfirst=False)
    temporary = str(connection.scalar(text("select pg_my_temp_schema()::regnamespace::text")))
    wanted = _snapshot(connection, temporary, tables)
    savepoint.rollback()
    faults = list(_compare(wanted, found))
    if not guarded:
        faults.append("audit: the trigger audit_append_only is missing or disabled")
    return tuple(faults + privileges)


def _snapshot(connection: Connection, namespace: str, tables: list[str]) -> dict[str, str]:
    """Every column, constraint and index of ``tables`` in one schema: its name and its definition."""
    parameters = {"namespace": namespace, "tables": tables}
    return {
        name: definition.replace(f"{namespace}.", "")
        for query in (_COLUMNS, _CONSTRAINTS, _INDEXES)
        for name, definition in connection.execute(query, parameters)
    }


def _compare(wanted: dict[str, str], found: dict[str, str]) -> Iterator[str]:
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            yield f"{name}: missing ({wanted[name]})"
        elif name not in wanted:
            yield f"{name}: not in the models ({found[name]})"
        elif wanted[name] != found[name]:
            yield f"{name}: is {found[name]}, should be {wanted[name]}"


def _privilege_faults(connection: Connection, tables: list[str]) -> Iterator[str]:
    """What the connected role may not do though it must, and the other way round; an owner is not asked."""
    for table, held in connection.execute(_PRIVILEGES, {"tables": tables}):
        wanted = AUDIT_PRIVILEGES if table == "audit" else ROW_PRIVILEGES
        if missing := wanted - set(held):
            yield f"{table}: this role may not {', '.join(sorted(missing))}"
        if table == "audit" and (excess := set(held) - wanted):
            yield f"audit: this role may {', '.join(sorted(excess))}, which the audit trail forbids"
