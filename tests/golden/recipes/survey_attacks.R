# Attacks on the survey statistics: figures a statistician would ask for, made with R's `survey` on
# data the program had not seen.
#   Rscript tests/golden/recipes/survey_attacks.R tests/golden/data
# Reads survey_attacks.csv (simulated); writes golden_attacks.csv: attack, wave, level, place, owner,
# group, item, statistic, value. R is not needed to run the tests.
suppressMessages(library(survey))
options(survey.lonely.psu = "adjust", survey.adjust.domain.lonely = FALSE, digits = 17)
folder <- commandArgs(trailingOnly = TRUE)[1]
data <- read.csv(file.path(folder, "survey_attacks.csv"), colClasses = c(vague = "character"))
for (i in c("q1", "q2", "q3", "q4")) data[[paste0("y_", i)]] <- ifelse(data[[i]] %in% 1:4, as.numeric(data[[i]] <= 2), NA)
data$y_note <- ifelse(data$note <= 10, as.numeric(data$note >= 7), NA)
data$mark <- ifelse(data$note <= 10, data$note, NA)
data$own <- paste(data$bailleur, data$residence)
data$strate <- as.integer(factor(paste(data$bailleur, data$qpv)))
data$house <- as.integer(factor(data$bailleur))
data$cell <- paste(data$type_habitat, data$periode)
data$w <- as.numeric(data$vague == "2024")
data$when <- paste(data$vague, data$qpv)
out <- list()
put <- function(attack, wave, level, place, owner, group, item, ...) {
  v <- c(...)
  out[[length(out) + 1]] <<- data.frame(attack, wave, level, place, owner, group, item, stat = names(v), value = as.numeric(v))
}
design <- function(d, strata = ~strate) svydesign(ids = ~own, strata = strata, weights = ~poids, data = d, nest = TRUE)
known <- function(d, rows) {
  n <- tapply(rep(1, sum(rows)), d$cell[rows], sum)
  r <- tapply(d$own[rows], d$cell[rows], function(v) length(unique(v)))
  names(n)[n >= 11 & r >= 2]
}
slope <- function(f, d, name) { m <- svyglm(f, design = d); c(d = coef(m)[[name]], se = SE(m)[[name]]) }
exact <- glm.control(epsilon = 1e-14, maxit = 200)
# average predictions of a fitted model over some rows, and the delta method
average <- function(fit, rows, wt, settings, signs) {
  v <- lapply(settings, function(s) {
    as_if <- rows; for (n in names(s)) as_if[[n]] <- s[[n]]
    x <- model.matrix(delete.response(terms(fit)), as_if, xlev = fit$xlevels)
    p <- as.vector(plogis(x %*% coef(fit)))
    list(p = sum(wt * p) / sum(wt), g = colSums(wt * p * (1 - p) * x) / sum(wt))
  })
  g <- as.vector(sapply(v, `[[`, "g") %*% signs)
  c(d = sum(signs * sapply(v, `[[`, "p")), se = sqrt(as.vector(g %*% vcov(fit) %*% g)))
}
model <- function(y, names, d) {
  names <- names[sapply(names, function(v) length(unique(d[[v]])) > 1)]
  as.formula(paste(y, "~", paste(names, collapse = "+")))
}
late <- data[data$w == 1, ]; full <- design(late); both <- design(data)
items <- c("q1", "q3", "note")
# 1, 2: a quarter against all hors-QPV answers, standardised, then by regression
for (q in sort(unique(late$quartier[late$quartier != ""]))) for (i in items) {
  y <- paste0("y_", i); ok <- !is.na(late[[y]])
  mine <- ok & late$quartier == q; hors <- ok & late$qpv == 0
  cells <- intersect(known(late, mine), known(late, hors))
  if (length(cells)) {
    keep <- (mine | hors) & late$cell %in% cells
    pop <- as.vector(tapply(late$poids, late$cell, sum)[sort(cells)])
    st <- svystandardize(full[keep, ], by = ~cell, over = ~qpv, population = pop)
    put("standardise", "2024", "code_qpv", q, "ensemble", "ecart", i, slope(as.formula(paste(y, "~ qpv")), st, "qpv"))
  }
  keep <- mine | hors
  fit <- svyglm(model(y, c("qpv", "type_habitat", "periode", "bailleur"), late[keep, ]), design = full[keep, ], family = quasibinomial, control = exact)
  x <- model.matrix(fit)
  told <- qr(cbind(x[, -2]))$rank < qr(x)$rank  # is the side more than what the others say?
  if (told && !anyNA(coef(fit))) put("regression", "2024", "code_qpv", q, "ensemble", "ecart", i,
    average(fit, late[keep, ], late$poids[keep], list(list(qpv = 1), list(qpv = 0)), c(1, -1)))
  # 3: the change of the quarter's gap, raw, on shared résidences
  yy <- !is.na(data[[y]]) & (data$quartier == q | data$qpv == 0)
  put("evolution", "2021-2024", "code_qpv", q, "ensemble", "evolution_ecart", i, slope(as.formula(paste(y, "~ w * qpv")), both[yy, ], "w:qpv"))
  # 4: the same at equal composition, that of the later wave
  cells <- Reduce(intersect, lapply(unique(data$when), function(k) known(data, yy & data$when == k)))
  if (length(cells)) {
    keep <- yy & data$cell %in% cells
    pop <- as.vector(tapply(data$poids[data$w == 1], data$cell[data$w == 1], sum)[sort(cells)])
    st <- svystandardize(both[keep, ], by = ~cell, over = ~when, population = pop)
    put("evolution_standardise", "2021-2024", "code_qpv", q, "ensemble", "evolution_ecart", i, slope(as.formula(paste(y, "~ w * qpv")), st, "w:qpv"))
  }
}
# 5: agencies of one bailleur, by regression (no bailleur factor)
for (o in c("Kappa", "Lambda")) for (a in c("ag0", "ag1")) for (i in items) {
  y <- paste0("y_", i); keep <- !is.na(late[[y]]) & late$bailleur == o & late$agence == a
  fit <- svyglm(model(y, c("qpv", "type_habitat", "periode"), late[keep, ]), design = full[keep, ], family = quasibinomial, control = exact)
  if (!anyNA(coef(fit)) && max(abs(coef(fit))) < 12) put("regression", "2024", "agence", a, o, "ecart", i,
    average(fit, late[keep, ], late$poids[keep], list(list(qpv = 1), list(qpv = 0)), c(1, -1)))
}
# 6: strata of bailleurs only, résidences on both sides: the two groups share clusters
shared <- design(late, ~house)
for (o in c("ensemble", "Kappa", "Sigma")) for (i in c(items, "q4")) {
  y <- paste0("y_", i); keep <- !is.na(late[[y]]) & (o == "ensemble" | late$bailleur == o)
  put("grappes_partagees", "2024", "total", "total", o, "ecart", i, slope(as.formula(paste(y, "~ qpv")), shared[keep, ], "qpv"))
}
# 7: a rare answer with very unequal weights: interval of Korn and Graubard, as svyciprop writes it but
# with the degrees of freedom of the wave (svyciprop takes those of the side, whatever it is told)
for (g in c("qpv", "hors_qpv")) {
  keep <- !is.na(late$y_q4) & late$qpv == (g == "qpv")
  df <- length(unique(paste(late$own, late$qpv)[!is.na(late$y_q4)])) - length(unique(late$strate))
  m <- svymean(~y_q4, full[keep, ]); p <- coef(m)[[1]]
  ne <- p * (1 - p) / vcov(m)[1] * (qt(.025, sum(keep) - 1) / qt(.025, df))^2
  put("rare", "2024", "total", "total", "ensemble", g, "q4",
      lo = qbeta(.025, ne * p, ne * (1 - p) + 1), hi = qbeta(.975, ne * p + 1, ne * (1 - p)))
}
# 8: weights raked wave by wave, the change of the gap
data$mw <- paste(data$vague, data$qpv); data$mh <- paste(data$vague, data$type_habitat)
raked <- rake(design(data), list(~mw, ~mh),
  list(data.frame(mw = c("2021 0", "2021 1", "2024 0", "2024 1"), Freq = c(5200, 4800, 5200, 4800)),
       data.frame(mh = c(t(outer(c("2021", "2024"), c("barre", "pavillon", "tour"), paste))), Freq = rep(c(4000, 1500, 4500), 2))),
  control = list(maxit = 3000, epsilon = 1e-13))
for (o in c("ensemble", "Kappa", "Lambda")) for (i in items) {
  y <- paste0("y_", i); keep <- !is.na(data[[y]]) & (o == "ensemble" | data$bailleur == o)
  put("calage_evolution", "2021-2024", "total", "total", o, "evolution_ecart", i, slope(as.formula(paste(y, "~ w * qpv")), raked[keep, ], "w:qpv"))
}
# 9: weights raked, regression of the later wave
lr <- rake(full, list(~qpv, ~type_habitat), list(data.frame(qpv = 0:1, Freq = c(5200, 4800)),
  data.frame(type_habitat = c("barre", "pavillon", "tour"), Freq = c(4000, 1500, 4500))), control = list(maxit = 3000, epsilon = 1e-13))
for (i in items) {
  y <- paste0("y_", i); keep <- !is.na(late[[y]])
  fit <- svyglm(model(y, c("qpv", "type_habitat", "periode", "bailleur"), late[keep, ]), design = lr[keep, ], family = quasibinomial, control = exact)
  if (!anyNA(coef(fit))) put("calage_regression", "2024", "total", "total", "ensemble", "ecart", i,
    average(fit, late[keep, ], weights(lr)[keep], list(list(qpv = 1), list(qpv = 0)), c(1, -1)))
}
# 10: everyone satisfied in one kind of housing (q2): the limit of the model, that kind apart
for (o in c("ensemble", "Kappa", "Lambda")) {
  ok <- !is.na(late$y_q2) & (o == "ensemble" | late$bailleur == o); part <- ok & late$type_habitat != "pavillon"
  fit <- svyglm(model("y_q2", c("qpv", "type_habitat", "periode", if (o == "ensemble") "bailleur"), late[part, ]), design = full[part, ], family = quasibinomial, control = exact)
  if (anyNA(coef(fit))) next
  r <- average(fit, late[part, ], late$poids[part], list(list(qpv = 1), list(qpv = 0)), c(1, -1))
  put("separation", "2024", "total", "total", o, "ecart", "q2", r * sum(late$poids[part]) / sum(late$poids[ok]))
}
golden <- do.call(rbind, out)
golden$value <- trimws(format(golden$value, digits = 15, scientific = TRUE))
write.csv(golden, file.path(folder, "golden_attacks.csv"), row.names = FALSE, quote = FALSE)
cat(nrow(golden), "numbers, survey", as.character(packageVersion("survey")), "\n")
