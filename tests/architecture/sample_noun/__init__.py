"""A noun of seven files, which `test_sample_noun` puts into a copy of the tree."""
