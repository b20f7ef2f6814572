"""Signing in: what is kept is no secret, and what ended stays ended, on both databases."""

import threading
from typing import Any

import pytest
from sqlalchemy import select

from features.times import DAY
from serving.store.database import Database
from serving.store.web_tables import audit, sessions, sign_in_links, users
from serving.usecases.enrolling import (
    BadUser,
    UnknownUser,
    add_user,
    change_user,
    end_user,
    get_user,
    list_enrolled,
    make_link,
)
from serving.usecases.passwords import BadPassword, hash_password, renew_hash, verify_password
from serving.usecases.rights import Right, Role, Visitor
from serving.usecases.signing_in import (
    SESSION_LASTS,
    EndedLink,
    WrongPassword,
    check_password,
    find_visitor,
    has_link,
    has_users,
    read_proof,
    set_password,
    sign_in,
    sign_in_by_link,
    sign_out,
    take_page_secret,
)
from tests.serving.usecases.lives import dump

NOW = 1_800_000_000_000_000
PASSWORD = "a horse, a battery and a staple"


def add(connection: Any, user_id: str = "ada", role: str = "admin") -> Visitor:
    """Add a user."""
    return add_user(connection, user_id=user_id, name=user_id, role=role, person_id=None, at=NOW, by="")


def test_neither_passwords_nor_tokens_stand_in_the_store(database: Database) -> None:
    """Links and sessions are kept as digests, passwords by argon2, and the audit tells none of them."""
    with database.writing() as connection:
        add(connection)
        link = make_link(connection, "ada", at=NOW, by="")
        session = sign_in_by_link(connection, link, at=NOW)
        set_password(connection, "ada", PASSWORD, at=NOW, by="ada", token=session.token)
        unused = make_link(connection, "ada", at=NOW, by="ada")
        assert find_visitor(connection, session.token, NOW) == get_user(connection, "ada")
    kept = dump(database)
    for secret in (link, session.token, PASSWORD, unused):
        assert secret not in kept
    assert "$argon2id$" in kept
    with database.reading() as connection:
        told = "\n".join(str(tuple(row)) for row in connection.execute(select(audit)))
    assert "argon2" not in told
    for shown in (repr(session), str(session)):
        assert session.token not in shown


def test_a_password_is_right_until_it_is_changed(database: Database) -> None:
    """What was checked before a change, or before an end to access, begins nothing after it."""
    with database.writing() as connection:
        add(connection, "ada")
        add(connection, "bob", "rep")
        set_password(connection, "bob", PASSWORD, at=NOW, by="bob")
        checked = check_password(read_proof(connection, "bob"), PASSWORD)
        assert sign_in(connection, checked, at=NOW).visitor.id == "bob"
        with pytest.raises(WrongPassword):
            check_password(read_proof(connection, "bob"), PASSWORD + "x")
        with pytest.raises(WrongPassword):
            check_password(read_proof(connection, "nobody"), PASSWORD)
        set_password(connection, "bob", PASSWORD + "x", at=NOW, by="bob")
        with pytest.raises(WrongPassword):
            sign_in(connection, checked, at=NOW)
        again = check_password(read_proof(connection, "bob"), PASSWORD + "x")
        end_user(connection, "bob", at=NOW, by="ada")
        with pytest.raises(WrongPassword):
            sign_in(connection, again, at=NOW)


def test_an_older_hash_is_renewed_at_the_next_sign_in(database: Database) -> None:
    """Where argon2's parameters grew, the password is kept by the new ones once it was right."""
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    assert renew_hash(hash_password("ada", PASSWORD), PASSWORD) is None
    with database.writing() as connection:
        add(connection)
        connection.execute(users.update().values(password=weak))
        sign_in(connection, check_password(read_proof(connection, "ada"), PASSWORD), at=NOW)
        kept = connection.execute(select(users.c.password)).scalar_one()
    assert kept != weak
    assert verify_password(kept, PASSWORD)


@pytest.mark.parametrize("kept", [None, "", "not a hash", "$argon2id$v=19$m=8,t=1,p=1$x$y"])
def test_what_is_no_hash_is_nobodys_password(kept: str | None) -> None:
    """A damaged or missing hash lets nobody in, whatever is typed."""
    for password in ("", PASSWORD, "x" * 100_000):
        assert not verify_password(kept, password)


@pytest.mark.parametrize("password", ["", "x" * 11, "x" * 1_001, "Ada.Lovelace"])
def test_a_password_that_does_not_fit_is_refused(password: str) -> None:
    """Too short, too long, or the name itself."""
    with pytest.raises(BadPassword):
        hash_password("ada.lovelace", password)


def test_sessions_and_links_end_by_themselves(database: Database) -> None:
    """At their moment exactly; their rows go at the next sign-in."""
    with database.writing() as connection:
        add(connection)
        token = sign_in_by_link(connection, make_link(connection, "ada", at=NOW, by=""), at=NOW).token
        link = make_link(connection, "ada", at=NOW, by="")
        assert find_visitor(connection, token, NOW + SESSION_LASTS - 1) is not None
        assert find_visitor(connection, token, NOW + SESSION_LASTS) is None
        assert has_link(connection, link, NOW + DAY - 1)
        assert not has_link(connection, link, NOW + DAY)
        with pytest.raises(EndedLink):
            sign_in_by_link(connection, link, at=NOW + DAY)
        late = NOW + SESSION_LASTS
        sign_in_by_link(connection, make_link(connection, "ada", at=late, by=""), at=late)
        assert len(connection.execute(select(sessions)).all()) == 1
        assert len(connection.execute(select(sign_in_links)).all()) == 1


def test_a_session_is_one_browsers(database: Database) -> None:
    """Signing out ends one, a role ends all, and a new name none."""
    with database.writing() as connection:
        add(connection)
        add(connection, "bob", "rep")
        tokens = [
            sign_in_by_link(connection, make_link(connection, "bob", at=NOW, by=""), at=NOW).token for _ in range(3)
        ]
        sign_out(connection, tokens[0], at=NOW, by="bob")
        told: dict[str, Any] = {"user_id": "bob", "person_id": "bob", "at": NOW, "by": "ada"}
        change_user(connection, name="Bob", role="rep", **told)
        assert [find_visitor(connection, token, NOW) is not None for token in tokens] == [False, True, True]
        change_user(connection, name="Bob", role="lead", **told)
        assert [find_visitor(connection, token, NOW) for token in tokens] == [None] * 3


def test_one_link_signs_in_one_of_many(database: Database) -> None:
    """Transactions that use it at the same time do not both succeed."""
    with database.writing() as connection:
        add(connection)
        link = make_link(connection, "ada", at=NOW, by="")
    came, together = list[str](), threading.Barrier(6)

    def use() -> None:
        together.wait()
        try:
            with database.writing() as connection:
                came.append(sign_in_by_link(connection, link, at=NOW).visitor.id)
        except EndedLink:
            came.append("")

    threads = [threading.Thread(target=use) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == [""] * 5 + ["ada"]


def test_somebody_always_administers(database: Database) -> None:
    """The last admin can neither end nor become less; with another one, they can."""
    with database.writing() as connection:
        assert not has_users(connection)
        add(connection)
        with pytest.raises(BadUser):
            end_user(connection, "ada", at=NOW, by="ada")
        add(connection, "bob")
        end_user(connection, "ada", at=NOW, by="bob")
        assert has_users(connection)
        with pytest.raises(UnknownUser):
            make_link(connection, "ada", at=NOW, by="bob")
        with pytest.raises(UnknownUser):
            end_user(connection, "ada", at=NOW, by="bob")


def test_who_ended_may_come_back_without_the_old_password(database: Database) -> None:
    """Added again they have a new role, no password, no link and no session."""
    with database.writing() as connection:
        add(connection)
        add(connection, "bob", "rep")
        set_password(connection, "bob", PASSWORD, at=NOW, by="bob")
        link = make_link(connection, "bob", at=NOW, by="ada")
        end_user(connection, "bob", at=NOW, by="ada")
        assert add(connection, "bob", "scientist").role is Role.SCIENTIST
        assert not has_link(connection, link, NOW)
        with pytest.raises(WrongPassword):
            check_password(read_proof(connection, "bob"), PASSWORD)
        enrolled = {user.visitor.id: user for user in list_enrolled(connection, NOW)}
        assert not enrolled["bob"].has_password
        assert enrolled["bob"].ended_at is None


def test_the_secret_of_forms_is_made_once(database: Database) -> None:
    """Every process that serves a store signs with the same one."""
    with database.writing() as connection:
        secret = take_page_secret(connection)
        assert take_page_secret(connection) == secret
    assert len(secret) == 32


def test_rights_grow_with_the_role() -> None:
    """An admin may all, a lead more than a rep, and nobody but an admin administers."""
    may = {role: {right for right in Right if Visitor(id="x", name="", role=role).may(right)} for role in Role}
    assert may[Role.ADMIN] == set(Right)
    assert may[Role.REP] < may[Role.LEAD]
    assert all(Right.SEE in rights for rights in may.values())
    assert [role for role in Role if Right.ADMINISTER in may[role]] == [Role.ADMIN]
    assert Right.WORK not in may[Role.SCIENTIST]
