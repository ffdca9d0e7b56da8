"""The article's own model, as printed and with the fewest repairs."""

from mtrec_lib.models.article.article_arrays import (
    ArticleArrays,
    article_arrays,
    article_categories,
)
from mtrec_lib.models.article.article_model import ArticleModel
from mtrec_lib.models.article.article_text import AS_PRINTED, article_as_printed

__all__ = [
    "AS_PRINTED",
    "ArticleArrays",
    "ArticleModel",
    "article_arrays",
    "article_as_printed",
    "article_categories",
]
