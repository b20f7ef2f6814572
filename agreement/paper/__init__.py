"""The paper: writing the agreement down, checking, signing, comparing and printing it."""
