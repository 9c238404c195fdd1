# R's survey on the same data: Rscript survey_peer.R data.csv; prints one line a job: name seconds
suppressMessages(library(survey))
options(survey.lonely.psu = "adjust")
data <- read.csv(commandArgs(trailingOnly = TRUE)[1])
items <- grep("^q[0-9]", names(data), value = TRUE)
for (i in items) data[[i]] <- ifelse(data[[i]] <= 4, as.numeric(data[[i]] <= 2), NA)
data$strate <- as.integer(factor(paste(data$bailleur, data$qpv)))
gaps <- function() {
  d <- svydesign(ids = ~residence, strata = ~strate, weights = ~poids, data = data, nest = TRUE)
  sapply(items, function(i) {
    by <- svyby(as.formula(paste0("~", i)), ~qpv, d, svymean, na.rm = TRUE, covmat = TRUE)
    e <- svycontrast(by, c("1" = 1, "0" = -1))
    c(coef(e), SE(e))
  })
}
cells <- function() {
  d <- svydesign(ids = ~residence, strata = ~strate, weights = ~poids, data = data, nest = TRUE)
  sapply(items, function(i) SE(svyby(as.formula(paste0("~", i)), ~bailleur + qpv, d, svymean, na.rm = TRUE)))
}
best <- function(f, times) min(sapply(seq_len(times), function(k) system.time(f())[["elapsed"]]))
g <- gaps()
cat("ecarts", best(gaps, 3), "\n")
cat("cellules", best(cells, 2), "\n")
cat("controle", format(g[1, 1], digits = 12), format(g[2, 1], digits = 12), "\n")
