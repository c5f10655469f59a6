"""Which of the domains that link belong together, and on what evidence?

`networks_of` reads a `Material` (who links to whom, what is known of each domain) and returns `Clusters`:
private blog networks, farms, exchanges, mirrored pages and domains of one owner, each with its members, its
evidence in sentences and numbers, a confidence, and the part of the graph that shows it.
"""

from backlit.score.networks.find import networks_of
from backlit.score.networks.material import Cluster, Clusters, Evidence, Footprint, Material

__all__ = ["Cluster", "Clusters", "Evidence", "Footprint", "Material", "networks_of"]
