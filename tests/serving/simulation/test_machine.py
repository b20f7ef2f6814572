"""The product and a small model of what it promises, side by side, whatever happens."""

from hypothesis.stateful import run_state_machine_as_test

from tests.serving.simulation.machine import SUITE, AgreementMachine


def test_the_product_keeps_what_the_model_expects() -> None:
    """Episodes, alerts, digests, escalations and messages are those of the model after every step."""
    run_state_machine_as_test(AgreementMachine, settings=SUITE)
