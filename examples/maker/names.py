"""Names given to the invented streets: ordinary French names, varied on purpose."""

# ruff: noqa: E501 - tables of data and prose read better one record a line

from __future__ import annotations

from typing import Final

COMMUNE: Final = "Valmont-sur-Orve"
INSEE: Final = "59999"
POSTCODE: Final = "59999"
FICTION: Final = "données fictives"

RAYS_INNER: Final = (
    "Rue de la République", "Rue Sainte-Barbe", "Rue de la Tour", "Rue du Maréchal Joffre",
    "Rue Jean Jaurès", "Rue de l'Hôtel de Ville", "Rue d'Alsace", "Rue du 11 Novembre 1918",
)  # fmt: skip
RAYS_OUTER: Final = (
    "Avenue du Général Leclerc", "Avenue de la Gare", "Route de Cambrésis-le-Vieux",
    "Avenue du Maréchal de Lattre de Tassigny", "Avenue Jean Moulin", "Avenue du 8 Mai 1945",
    "Route des Trois Moulins", "Avenue Salvador Allende",
)  # fmt: skip
RINGS: Final = (
    ("Boulevard de la Liberté", "Boulevard Gambetta", "Boulevard Victor Hugo"),
    ("Boulevard de l'Orve", "Boulevard du Président Wilson", "Boulevard Louise Michel"),
    ("Rocade Nord", "Boulevard de l'Europe", "Avenue du Quartier Neuf"),
)
SQUARE: Final = "Place de l'Hôtel de Ville"
LOCALITIES: Final = (
    "La Briqueterie", "Le Bois Brûlé", "Ferme de l'Abbaye", "Le Vieux Moulin",
    "Les Grands Prés", "Hameau de l'Orve", "Le Fond des Vaches", "La Sucrerie",
)  # fmt: skip
LONG: Final = (
    "Rue Germaine Tillion", "Rue Louis-Auguste Blanqui", "Rue Ambroise Croizat", "Rue Pasteur",
    "Rue du Docteur Roux", "Rue de l'Abbé Grégoire", "Rue Saint-Éloi", "Rue Saint-Martin",
    "Rue Émile Zola", "Rue Raphaël", "Rue Anatole France", "Rue Marcel Cachin", "Rue Voltaire",
    "Rue Jean-Jacques Rousseau", "Rue Olympe de Gouges", "Rue Joséphine Baker", "Rue Rosa Parks",
    "Rue Pierre et Marie Curie", "Rue du Quatre Septembre", "Rue du 19 Mars 1962", "Rue Albert Thomas",
    "Rue du 1er Mai", "Rue Monseigneur Romero", "Rue du Commandant Charcot", "Rue Honoré de Balzac",
    "Rue du Colonel Fabien", "Rue du Capitaine Ferber", "Rue Édouard Herriot", "Rue Camille Claudel",
    "Rue Roger Salengro", "Rue Léo Lagrange", "Rue Paul Éluard", "Rue Louis Aragon", "Rue Arthur Rimbaud",
    "Rue Gabriel Péri", "Rue Danielle Casanova", "Rue Guy Môquet", "Rue Missak Manouchian",
    "Rue Auguste Renoir", "Rue Claude Monet", "Rue Paul Cézanne", "Rue Berthe Morisot", "Rue Suzanne Valadon",
    "Rue Hector Berlioz", "Rue Maurice Ravel", "Rue Claude Debussy", "Rue Georges Bizet", "Rue Jules Massenet",
    "Rue Molière", "Rue Racine", "Rue Pierre Corneille", "Rue Jean de La Fontaine", "Rue Alphonse Daudet",
    "Rue Guy de Maupassant", "Rue Gustave Flaubert", "Rue Stendhal", "Rue Chateaubriand", "Rue Lamartine",
    "Rue Alfred de Musset", "Rue Théophile Gautier", "Rue Gérard de Nerval", "Rue Paul Verlaine",
    "Rue de Bretagne", "Rue de Normandie", "Rue de Picardie", "Rue de l'Artois", "Rue d'Anjou",
    "Rue de la Fonderie", "Rue des Tisserands", "Rue de la Filature", "Rue des Mineurs", "Rue de la Verrerie",
    "Rue du Moulin", "Rue des Aunes", "Rue du Lavoir", "Rue de l'Écluse", "Rue du Pont de Pierre",
    "Rue du Faubourg d'Arras", "Rue de la Paix", "Rue de la Fraternité", "Rue de l'Égalité", "Rue de la Concorde",
    "Rue des Frères Lumière", "Rue Ampère", "Rue Denis Papin", "Rue Ader", "Rue Louis Blériot", "Rue Hélène Boucher",
    "Rue Maryse Bastié", "Rue Antoine de Saint-Exupéry", "Rue Jean Mermoz", "Rue Youri Gagarine",
    "Rue Martin Luther King", "Rue Nelson Mandela", "Rue Simone Veil", "Rue Lucie Aubrac", "Rue Pierre Brossolette",
    "Rue du Bois", "Rue des Écoles", "Rue de la Mairie", "Rue du Stade", "Rue de la Piscine",
    "Rue de l'Ancienne Poste", "Rue Basse", "Rue Haute", "Rue Neuve", "Rue du Four à Chaux", "Rue Traversière",
    "Rue Henri Barbusse", "Rue Romain Rolland", "Rue Sadi Carnot", "Rue Edgar Quinet", "Rue Ledru-Rollin",
    "Rue Étienne Dolet", "Rue François Villon", "Rue Ronsard", "Rue Joachim du Bellay", "Rue Rabelais",
    "Rue Montaigne", "Rue Descartes", "Rue Blaise Pascal", "Rue Diderot", "Rue d'Alembert", "Rue Condorcet",
    "Rue Lavoisier", "Rue Claude Bernard", "Rue Laennec", "Rue Calmette et Guérin", "Rue Irène Joliot-Curie",
)  # fmt: skip
SHORT: Final = (
    "Allée des Hortensias", "Allée des Tilleuls", "Allée des Acacias", "Allée des Érables",
    "Allée Hannah Arendt", "Allée Marguerite Duras", "Allée du Verger", "Allée des Peupliers",
    "Impasse des Lilas", "Impasse du Puits", "Impasse Saint-Jean", "Impasse de la Forge", "Impasse Vauban",
    "Square Louise Weiss", "Square des Prés Fleuris", "Passage de l'Horloge", "Cour des Miracles",
    "Clos du Roy", "Clos Saint-Vaast", "Sentier des Jardins", "Chemin de Halage", "Chemin Vert",
    "Allée des Mésanges", "Allée des Fauvettes", "Allée des Rossignols", "Allée des Bleuets",
    "Allée des Coquelicots", "Allée Colette", "Allée Georges Brassens", "Allée Barbara", "Allée Jacques Brel",
    "Impasse du Moulin", "Impasse des Glycines", "Impasse Pasteur", "Cité Jeanne d'Arc", "Villa des Roses",
    "Allée Pierre de Coubertin", "Allée des Charmes", "Allée des Noisetiers", "Impasse de l'Abreuvoir",
    "Square Rimbaud", "Résidence du Parc", "Allée de la Source", "Ruelle du Chat", "Mail Simone de Beauvoir",
    "Cours de l'Yser", "Allée Niki de Saint Phalle", "Impasse Bel Air", "Allée des Cerisiers", "Impasse du Lin",
)  # fmt: skip
RESIDENCES: Final = (
    "Les Hortensias", "Le Clos Pasteur", "Les Tilleuls", "Résidence du Beffroi", "Les Acacias", "La Fonderie",
    "Le Parc", "Les Érables", "Tour Ravel", "Tour Debussy", "Tour Berlioz", "Les Peupliers", "Le Moulin",
    "Les Aunes", "Les Tisserands", "La Filature", "L'Écluse", "Le Lavoir", "Les Glycines", "Barbara",
    "Jacques Brel", "Les Sorbiers", "La Verrerie", "Les Mineurs", "Résidence de la Gare", "Lamartine",
    "Les Fauvettes", "Les Mésanges", "Les Bleuets", "Le Verger", "Saint-Éloi", "Saint-Vaast", "Le Clos du Roy",
    "Émile Zola", "Anatole France", "Les Lumières", "Hélène Boucher", "Saint-Exupéry", "Mermoz", "Le Belvédère",
    "Chateaubriand", "Stendhal", "La Fontaine", "Molière", "Racine", "Corneille", "Les Charmes", "La Source",
    "Bel Air", "Les Noisetiers", "Simone Veil", "Lucie Aubrac", "Nelson Mandela", "Rosa Parks", "L'Artois",
    "La Picardie", "Condorcet", "Lavoisier", "Joliot-Curie", "Les Jardins de l'Orve", "Le Halage", "Vauban",
)  # fmt: skip
