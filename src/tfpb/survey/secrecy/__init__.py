"""Disclosure control: cells, the sums that tie them, masks, and the only way out of the survey.

`cells` declares what is published; `wave_atoms` and `released_system` write it as sums of answers that no row
tells apart, and `least_loss` chooses the masks, a region's too (`tfpb.region.secrecy`);
`renamed` matches earlier releases, `masked_rows` and `disclosure` apply the masks, `cost` tells what they
cost; `ownership` keeps the rows that one bailleur's pack may hold.
"""
