"""The offline reviewer: finds wording that advertising law or the platform asks about, with the article beside it. Pure."""
