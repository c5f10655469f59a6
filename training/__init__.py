"""How were the models made? Run by scripts/train-placement; needs the `train` extra and WCXB's pages."""
