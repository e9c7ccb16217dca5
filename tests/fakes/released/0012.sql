UPDATE reading_notes SET private = 1;
