"""Writing an answer: from the passages alone, or by a chat model under the guard."""
