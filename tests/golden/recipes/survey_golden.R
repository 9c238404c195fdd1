# Golden numbers of the survey statistics, made with R's `survey` package.
#   Rscript tests/golden/recipes/survey_golden.R tests/golden/data
# Reads survey_hlm.csv (simulated) and the package's own api data; writes golden_survey.csv, one row
# a number: case, wave, owner, group, item, statistic, value. R is not needed to run the tests.
suppressMessages(library(survey))
options(survey.lonely.psu = "adjust", survey.adjust.domain.lonely = FALSE, digits = 17)
folder <- commandArgs(trailingOnly = TRUE)[1]
hlm <- read.csv(file.path(folder, "survey_hlm.csv"), colClasses = c(vague = "character"))
items <- c("proprete", "quartier", "accueil", "rare", "tous", "aucun")
for (i in items) hlm[[paste0("y_", i)]] <- ifelse(hlm[[i]] %in% 1:4, as.numeric(hlm[[i]] <= 2), NA)
hlm$y_note <- ifelse(hlm$note <= 10, as.numeric(hlm$note >= 7), NA)
hlm$mark <- ifelse(hlm$note <= 10, hlm$note, NA)
# numbered strata: with character strata this version of R centres a lone cluster on x/0 and says Inf
hlm$strate <- as.integer(factor(paste(hlm$bailleur, hlm$qpv)))
items <- c(items, "note")
out <- list()
put <- function(case, wave, owner, group, item, ...) {
  v <- c(...)
  out[[length(out) + 1]] <<- data.frame(case, wave, owner, group, item, stat = names(v), value = as.numeric(v))
}
design <- function(data) svydesign(ids = ~residence, strata = ~strate, weights = ~poids, data = data, nest = TRUE)
ddl <- function(data) length(unique(data$residence)) - length(unique(data$strate))
owned <- function(owner) if (owner == "ensemble") rep(TRUE, nrow(hlm)) else hlm$bailleur == owner

one <- function(full, keep, y, df, replace) {
  # a domain of a design: everything R says of a proportion
  part <- full[keep, ]
  f <- as.formula(paste0("~", y))
  m <- svymean(f, part, deff = if (replace) "replace" else TRUE)
  r <- svymean(f, part, deff = "replace")
  p <- coef(m)[[1]]; v <- vcov(m)[1]; n <- sum(keep)
  res <- c(p = p, se = sqrt(v), deff = deff(m)[[1]], neff = n / deff(r)[[1]], n = n)
  if (p > 0 && p < 1 && v > 0) {
    # svyciprop itself, told the degrees of freedom of the bailleur and wave
    lo <- svyciprop(f, part, method = "logit", df = df)
    ne <- p * (1 - p) / v * (qt(.025, n - 1) / qt(.025, df))^2
    res <- c(res, logit_lo = attr(lo, "ci")[[1]], logit_hi = attr(lo, "ci")[[2]],
             kg_lo = qbeta(.025, ne * p, ne * (1 - p) + 1), kg_hi = qbeta(.975, ne * p + 1, ne * (1 - p)))
  }
  res
}

gap <- function(part, y) {
  # under calibrated weights: the slope of a linear model on the side is the difference of the means
  m <- svyglm(as.formula(paste(y, "~ qpv")), design = part)
  c(d = coef(m)[["qpv"]], se = SE(m)[["qpv"]])
}

# like with like: each side of each wave raked (R's `rake`) to the weighted answers of both sides of the later
# wave, on the categories that every side has; the factors are then weights like others, as the errors of
# `comparer --controle` say. Rows with a factor over 8 times the mean of its side are left to other tests.
alike <- function(data, waves, o, i, valid) {
  y <- paste0("y_", i); later <- data$vague == waves[length(waves)]
  variables <- c("type_habitat", "periode", "bailleur")
  when <- interaction(data$vague, data$qpv, drop = TRUE)
  keep <- valid; support <- 1
  for (v in variables) {
    met <- table(data[[v]][valid], droplevels(when[valid])) > 0
    common <- rownames(met)[rowSums(met) == 2 * length(waves)]
    if (v != "bailleur") support <- min(support, sum(data$poids[valid & later & data[[v]] %in% common]) / sum(data$poids[valid & later]))
    keep <- keep & data[[v]] %in% common
  }
  if (support < .8 || length(unique(when[keep])) < 2 * length(waves)) return()
  w <- rep(0, nrow(data))
  for (k in unique(when[keep])) {
    rows <- keep & when == k; part <- data[rows, ]
    if (any(sapply(variables, function(v) !all(data[[v]][keep & later] %in% part[[v]])))) return()
    used <- variables[sapply(variables, function(v) length(unique(part[[v]])) > 1)]
    margins <- lapply(used, function(v) {
      held <- tapply(data$poids[keep & later], data[[v]][keep & later], sum)
      setNames(data.frame(names(held), as.vector(held) / sum(held)), c(v, "Freq"))
    })
    d <- svydesign(ids = ~1, weights = ~poids, data = part)
    if (length(used)) d <- rake(d, lapply(used, function(v) as.formula(paste0("~", v))), margins, control = list(maxit = 5000, epsilon = 1e-14))
    factor <- weights(d) / part$poids
    if (max(factor) > 7.9 * weighted.mean(factor, part$poids)) return()
    w[rows] <- weights(d) / sum(weights(d))
  }
  data$w <- w
  full <- svydesign(ids = ~residence, strata = ~strate, weights = ~w, data = data, nest = TRUE)
  by <- svyby(as.formula(paste0("~", y)), ~vague + qpv, full[keep, ], svymean, covmat = TRUE)
  last <- waves[length(waves)]; name <- paste(waves, collapse = "-")
  at <- function(wave, side) paste(wave, side, sep = ".")
  one <- list(c(1, 0), c(0, 1), c(1, -1))
  groups <- if (length(waves) == 1) c("qpv", "hors_qpv", "ecart") else c("evolution_qpv", "evolution_hors", "evolution_ecart")
  for (g in 1:3) {
    s <- setNames(one[[g]], c(at(last, 1), at(last, 0)))
    if (length(waves) == 2) s <- c(s, setNames(-one[[g]], c(at(waves[1], 1), at(waves[1], 0))))
    e <- svycontrast(by, s)
    put("comparable", name, o, groups[g], i, d = coef(e)[[1]], se = SE(e)[[1]])
  }
}

waves <- c("2019", "2023")
owners <- c("ensemble", sort(unique(hlm$bailleur)))
for (w in waves) {
  data <- hlm[hlm$vague == w, ]
  for (i in items) data[[paste0("f_", i)]] <- ifelse(is.na(data[[paste0("y_", i)]]), 0, data[[paste0("y_", i)]])
  full <- design(data)
  for (o in owners) {
    mine <- if (o == "ensemble") rep(TRUE, nrow(data)) else data$bailleur == o
    if (!any(mine)) next
    for (i in items) {
      y <- paste0("y_", i)
      valid <- mine & !is.na(data[[y]])
      df <- ddl(data[valid, ])
      for (g in c("qpv", "hors_qpv", "ensemble")) {
        keep <- valid & (g == "ensemble" | data$qpv == (g == "qpv"))
        if (length(unique(data$residence[keep])) < 2) next
        replace <- sum(data$poids[keep]) <= 1.5 * sum(keep)
        put("domaine", w, o, g, i, one(full, keep, y, df, replace), ddl = df)
      }
      q <- valid & data$qpv == 1; h <- valid & data$qpv == 0
      if (length(unique(data$residence[q])) < 2 || length(unique(data$residence[h])) < 2) next
      by <- svyby(as.formula(paste0("~", y)), ~qpv, full[valid, ], svymean, covmat = TRUE)
      d <- svycontrast(by, c("1" = 1, "0" = -1))
      put("domaine", w, o, "ecart", i, d = coef(d)[[1]], se = SE(d)[[1]], ddl = df)
      alike(data, w, o, i, valid)
      # four levels × side
      if (i != "note") {
        raw <- data[[i]]; raw[!(raw %in% 1:4)] <- NA
        both <- update(full, level = factor(raw))[valid, ]
        for (l in sort(unique(raw[q]))) {
          m <- svymean(as.formula(paste0("~I(as.numeric(level==", l, "))")), both[both$variables$qpv == 1, ])
          put("niveau", w, o, "qpv", paste0(i, ":", l), p = coef(m)[[1]], se = SE(m)[[1]])
        }
      } else {
        m <- svymean(~mark, full[q, ]); ci <- confint(m, df = df)
        put("moyenne", w, o, "qpv", i, p = coef(m)[[1]], se = SE(m)[[1]], lo = ci[1], hi = ci[2])
      }
    }
  }
}

# from one wave to the next: one design over both waves, bailleurs of both, shared résidences
common <- intersect(hlm$bailleur[hlm$vague == "2019"], hlm$bailleur[hlm$vague == "2023"])
full <- design(hlm)
for (o in c("ensemble", sort(common))) {
  mine <- if (o == "ensemble") hlm$bailleur %in% common else hlm$bailleur == o
  for (i in items) {
    y <- paste0("y_", i)
    valid <- mine & !is.na(hlm[[y]])
    cells <- table(hlm$vague[valid], hlm$qpv[valid])
    if (ncol(cells) < 2 || any(cells == 0)) next
    by <- svyby(as.formula(paste0("~", y)), ~vague + qpv, full[valid, ], svymean, covmat = TRUE)
    e <- svycontrast(by, c("2023.1" = 1, "2019.1" = -1, "2023.0" = -1, "2019.0" = 1))
    s <- svycontrast(by, c("2023.1" = 1, "2019.1" = -1))
    put("evolution", "2019-2023", o, "evolution_ecart", i, d = coef(e)[[1]], se = SE(e)[[1]], ddl = ddl(hlm[valid, ]))
    put("evolution", "2019-2023", o, "evolution_qpv", i, d = coef(s)[[1]], se = SE(s)[[1]])
    alike(hlm, c("2019", "2023"), o, i, valid)
  }
}

# calibrated weights, wave 2023: post-stratification on bailleur × qpv, and raking on two margins
data <- hlm[hlm$vague == "2023", ]
for (i in items) data[[paste0("f_", i)]] <- ifelse(is.na(data[[paste0("y_", i)]]), 0, data[[paste0("y_", i)]])
data$croise <- paste(data$bailleur, data$qpv, sep = "*")
post <- data.frame(croise = sort(unique(data$croise))); post$Freq <- 900 + 137 * seq_len(nrow(post))
side <- data.frame(qpv = c(0, 1), Freq = c(7200, 5400))
home <- data.frame(type_habitat = c("collectif", "individuel"), Freq = c(9300, 3300))
plain <- design(data)
designs <- list(
  poststrat = postStratify(plain, ~croise, post),
  calage = rake(plain, list(~qpv, ~type_habitat), list(side, home), control = list(maxit = 2000, epsilon = 1e-13)))
for (case in names(designs)) for (o in owners) for (i in items) {
  d <- designs[[case]]
  mine <- if (o == "ensemble") rep(TRUE, nrow(data)) else data$bailleur == o
  y <- paste0("y_", i)
  valid <- mine & !is.na(data[[y]])
  for (g in c("qpv", "hors_qpv", "ensemble")) {
    keep <- valid & (g == "ensemble" | data$qpv == (g == "qpv"))
    if (length(unique(data$residence[keep])) < 2) next
    m <- svymean(as.formula(paste0("~f_", i)), d[keep, ])  # rows out of the domain stay, without weight
    put(case, "2023", o, g, i, p = coef(m)[[1]], se = SE(m)[[1]])
  }
  q <- valid & data$qpv == 1; h <- valid & data$qpv == 0
  if (length(unique(data$residence[q])) < 2 || length(unique(data$residence[h])) < 2) next
  put(case, "2023", o, "ecart", i, gap(d[valid, ], y))
}
write.csv(post, file.path(folder, "margins_post.csv"), row.names = FALSE)

# the package's own data: a cluster sample without strata, a stratified sample of lone units
data(api)
write.csv(apiclus1[, c("dnum", "pw", "comp.imp", "sch.wide", "both", "api00")],
          file.path(folder, "api_clus1.csv"), row.names = FALSE)
write.csv(cbind(id = seq_len(nrow(apistrat)), apistrat[, c("stype", "pw", "comp.imp", "sch.wide", "both", "api00")]),
          file.path(folder, "api_strat.csv"), row.names = FALSE)
samples <- list(clus1 = svydesign(id = ~dnum, weights = ~pw, data = apiclus1),
                strat = svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat))
for (case in names(samples)) {
  d <- update(samples[[case]], y = as.numeric(sch.wide == "Yes"), side = as.numeric(comp.imp == "Yes"))
  for (g in c("qpv", "hors_qpv", "ensemble")) {
    part <- if (g == "ensemble") d else subset(d, side == (g == "qpv"))
    m <- svymean(~y, part, deff = TRUE)
    put(case, "2000", "api", g, "y", p = coef(m)[[1]], se = SE(m)[[1]], deff = deff(m)[[1]])
  }
  by <- svyby(~y, ~side, d, svymean, covmat = TRUE)
  e <- svycontrast(by, c("1" = 1, "0" = -1))
  put(case, "2000", "api", "ecart", "y", d = coef(e)[[1]], se = SE(e)[[1]], ddl = degf(d))
}
golden <- do.call(rbind, out)
golden$value <- trimws(format(golden$value, digits = 15, scientific = TRUE))
write.csv(golden, file.path(folder, "golden_survey.csv"), row.names = FALSE, quote = FALSE)
cat(nrow(golden), "numbers, survey", as.character(packageVersion("survey")), "\n")
